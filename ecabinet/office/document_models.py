"""The table of official documents, of both directions. Content, versions and readers are those of its library document;
fields have the lengths of annex VI of Decree 30/2020.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from documents.models import Document
from documents.rules import Secrecy
from ecabinet.office.document_rules import Book, Urgency
from ecabinet.office.life_rules import NUMBERLESS, OfficeState
from ecabinet.office.models import SeriesNumber
from ecabinet.office.numbering_rules import Direction
from ecabinet.registry.models import Member, Unit

_WITHOUT = ", ".join(f"'{state.value}'" for state in sorted(NUMBERLESS))


class OfficeDocument(Base):
    """A document that came in, or is to go out, with its place in the register of a unit.

    ``ordinal`` is its number in the series (of an incoming one the số đến), ``code`` number and notation as they stand
    on the paper; ``sameness`` is equal for two entries of one paper, ``searched`` what the register is searched in.
    ``stamp`` names the place of the incoming stamp over the first page (:data:`ecabinet.office.stamps.PLACES`).
    ``created_by`` is the clerk of an incoming document, the drafter of an outgoing one. ``recalled_at``: who issued
    what came in has taken it back.
    """

    __tablename__ = "office_document"
    __table_args__ = (
        one_of("direction", Direction),
        one_of("book", Book),
        one_of("state", OfficeState),
        one_of("urgency", Urgency),
        one_of("secrecy", Secrecy),
        CheckConstraint(f"state IN ({_WITHOUT}) OR number_id IS NOT NULL", name="numbered"),
        CheckConstraint("(number_id IS NULL) = (ordinal IS NULL)", name="ordinal"),
        CheckConstraint("page_amount BETWEEN 0 AND 999", name="page_amount"),
        CheckConstraint("issued_amount BETWEEN 0 AND 999", name="issued_amount"),
        # Each list of the register walks one of these from where the last page ended; a page is never counted off.
        Index("ix_office_document_arrived", "unit_id", "book", "arrived_on", "id"),
        Index("ix_office_document_issued", "unit_id", "book", "issued_on", "id"),
        Index("ix_office_document_state", "unit_id", "book", "state", "arrived_on", "id"),
        Index("ix_office_document_type", "unit_id", "book", "type_code", "arrived_on", "id"),
        Index("ix_office_document_organ", "unit_id", "book", "organ_key", "arrived_on", "id"),
        Index("ix_office_document_ordinal", "unit_id", "book", "ordinal", "id"),
        Index("ix_office_document_code_number", "unit_id", "book", "code_number", "id"),
        Index("ix_office_document_sameness", "unit_id", "sameness"),
        # What is open is little among all that ever came: found, and counted by unit, without walking past the rest.
        Index("ix_office_document_due", "unit_id", "book", "due_on", "id",
              sqlite_where=text("state IN ('received', 'registered', 'presented', 'assigned')"),
              postgresql_where=text("state IN ('received', 'registered', 'presented', 'assigned')")),
        # Of all units at once, for those who send reminders.
        Index("ix_office_document_waits", "due_on", "id",
              sqlite_where=text("due_on IS NOT NULL AND state IN ('received', 'registered', 'presented', 'assigned')"),
              postgresql_where=text(
                  "due_on IS NOT NULL AND state IN ('received', 'registered', 'presented', 'assigned')")),
        Index("ix_office_document_unpresented", "arrived_on", "id",
              sqlite_where=text("state = 'registered'"), postgresql_where=text("state = 'registered'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(10))
    book: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    number_id: Mapped[int | None] = mapped_column(ForeignKey("series_number.id"), unique=True)
    ordinal: Mapped[int | None]
    arrived_on: Mapped[date | None]
    code: Mapped[str] = mapped_column(String(60), default="")
    code_number: Mapped[str] = mapped_column(String(11), default="")
    code_notation: Mapped[str] = mapped_column(String(30), default="")
    type_code: Mapped[str] = mapped_column(String(20), default="")
    issued_on: Mapped[date | None]
    organ_name: Mapped[str] = mapped_column(String(200), default="")
    organ_key: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(500))
    urgency: Mapped[str] = mapped_column(String(12), default=Urgency.NORMAL.value)
    secrecy: Mapped[str] = mapped_column(String(12), default=Secrecy.NORMAL.value)
    due_on: Mapped[date | None]
    language: Mapped[str] = mapped_column(String(30), default="")
    page_amount: Mapped[int | None]
    issued_amount: Mapped[int | None]
    description: Mapped[str] = mapped_column(String(500), default="")
    signer_position: Mapped[str] = mapped_column(String(100), default="")
    signer_name: Mapped[str] = mapped_column(String(50), default="")
    to_places: Mapped[str] = mapped_column(String(1000), default="")
    sameness: Mapped[str] = mapped_column(String(250), default="")
    searched: Mapped[str] = mapped_column(Text, default="")
    stamp: Mapped[str] = mapped_column(String(10), default="")
    presented_to: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    ended_on: Mapped[date | None]
    recalled_at: Mapped[datetime | None] = mapped_column(Instant)
    unit: Mapped[Unit] = relationship()
    document: Mapped[Document] = relationship()
    number: Mapped[SeriesNumber | None] = relationship()
    leader: Mapped[Member | None] = relationship(foreign_keys=presented_to)
    clerk: Mapped[Member] = relationship(foreign_keys=created_by)
