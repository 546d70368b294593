"""The table of reminders sent of official documents."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant, one_of


class Told(StrEnum):
    """What was told of: the reminders of a deadline, and that a document lies unpresented (``due_on`` is then the day
    by which it should have been presented).
    """

    DAY_BEFORE = "day_before"
    HOURS_BEFORE = "hours_before"
    DUE = "due"
    OVERDUE = "overdue"
    LONG_OVERDUE = "long_overdue"
    UNPRESENTED = "unpresented"


class OfficeReminder(Base):
    """Those who have a document were reminded of this deadline of it: never twice, whoever restarts."""

    __tablename__ = "office_reminder"
    __table_args__ = (one_of("reminder", Told),)

    office_document_id: Mapped[int] = mapped_column(
        ForeignKey("office_document.id"), primary_key=True, autoincrement=False
    )
    due_on: Mapped[date] = mapped_column(primary_key=True)
    reminder: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
