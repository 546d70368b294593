"""The table of days that are not what their weekday says."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, one_of
from ecabinet.workdays.rules import HolidayKind


class HolidayRow(Base):
    """A day off, or one that is worked in its place, for all units."""

    __tablename__ = "holiday"
    __table_args__ = (one_of("kind", HolidayKind),)

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
