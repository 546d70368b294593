"""The lines of the two registers as people print them: their columns in the order of the printed books, their cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from ecabinet.clock import ZONE
from ecabinet.issuing.delivery_rules import AT_WORK, DeliveryStatus, Purpose
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.labels import label
from ecabinet.office import register_queries
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.register_filters import OUT, Filter
from ecabinet.registry.models import Unit

SHOWN = 3
"""So many recipients are named in a line; how many more there are is said."""


@dataclass(frozen=True)
class Column:
    """A column of a printed register; ``share`` is its width in relation to the others'."""

    name: str
    title: object
    share: float


INCOMING = (
    Column("arrived_on", _("Ngày đến"), 6), Column("ordinal", _("Số đến"), 4), Column("organ", _("Tác giả"), 10),
    Column("code", _("Số, ký hiệu"), 8), Column("issued_on", _("Ngày tháng"), 6),
    Column("subject", _("Tên loại và trích yếu"), 22), Column("receivers", _("Đơn vị, người nhận"), 10),
    Column("passed_on", _("Ngày chuyển"), 6), Column("signed_for", _("Ký nhận"), 6), Column("note", _("Ghi chú"), 8),
)  # fmt: skip
OUTGOING = (
    Column("code", _("Số, ký hiệu"), 8), Column("issued_on", _("Ngày tháng"), 6),
    Column("subject", _("Tên loại và trích yếu"), 22), Column("signer", _("Người ký"), 8),
    Column("places", _("Nơi nhận"), 14), Column("keepers", _("Đơn vị, người nhận bản lưu"), 8),
    Column("copies", _("Số lượng bản"), 4), Column("passed_on", _("Ngày chuyển"), 6),
    Column("signed_for", _("Ký nhận"), 6), Column("note", _("Ghi chú"), 8),
)  # fmt: skip


def columns(book: Book) -> tuple[Column, ...]:
    """The columns of a register."""
    return OUTGOING if book in OUT else INCOMING


@dataclass(frozen=True)
class Entry:
    """A line of a register: the document, the name of its type, its cells by the names of the columns."""

    doc: OfficeDocument
    type: str
    cells: dict[str, str]

    def row(self, book: Book) -> list[str]:
        """The cells in the order of the columns, as they are printed."""
        said = self.cells | {"subject": f"{self.type} {self.cells['subject']}".strip()}
        return [said[column.name] for column in columns(book)]


def page(db: Session, wanted: Filter) -> tuple[list[Entry], str]:
    """A page of a register, and where the next begins; "" at its end."""
    found = register_queries.page(db, wanted)
    return _entries(db, wanted.book, found.lines), found.next


def entries(db: Session, wanted: Filter) -> Iterator[Entry]:
    """All that fit, some hundred read at a time."""
    for lines in register_queries.pages(db, wanted):
        yield from _entries(db, wanted.book, lines)


def _entries(db: Session, book: Book, lines: Sequence[register_queries.Line]) -> list[Entry]:
    if book not in OUT:
        return [Entry(line.doc, type_of(line.doc), _incoming(line)) for line in lines]
    ids = [line.doc.id for line in lines]
    places, sent = _places(db, ids), _sent(db, ids)
    return [
        Entry(line.doc, type_of(line.doc), _outgoing(line.doc, places[line.doc.id], sent.get(line.doc.id)))
        for line in lines
    ]


@dataclass
class Places:
    """Where a document went, or a copy of it to be kept: the first names, how many there are, how many have it."""

    names: list[str] = field(default_factory=list)
    number: int = 0
    received: int = 0

    def said(self) -> str:
        """The names, and how many more there are."""
        shown, more = ", ".join(self.names), self.number - len(self.names)
        return gettext("%(names)s và %(n)s nơi khác", names=shown, n=more) if more else shown


def type_of(doc: OfficeDocument) -> str:
    """The type in words; a code that nobody has written a word for is its own."""
    return label("document_type", doc.type_code) if doc.type_code else ""


def _incoming(line: register_queries.Line) -> dict[str, str]:
    doc = line.doc
    return {
        "arrived_on": written(doc.arrived_on), "ordinal": str(doc.ordinal or ""), "organ": doc.organ_name,
        "code": doc.code, "issued_on": written(doc.issued_on), "subject": doc.subject,
        "receivers": ", ".join(line.receivers), "passed_on": written(line.passed_on), "signed_for": "",
        "note": _note(doc),
    }  # fmt: skip


def _outgoing(doc: OfficeDocument, places: dict[bool, Places], sent_on: date | None) -> dict[str, str]:
    there, kept = places[False], places[True]
    return {
        "code": doc.code, "issued_on": written(doc.issued_on), "subject": doc.subject, "signer": doc.signer_name,
        "places": there.said() or " ".join(doc.to_places.split()), "keepers": kept.said(),
        "copies": str(doc.issued_amount or there.number + kept.number or ""), "passed_on": written(sent_on),
        "signed_for": f"{there.received}/{there.number}" if there.number and sent_on is not None else "",
        "note": _note(doc),
    }  # fmt: skip


def _note(doc: OfficeDocument) -> str:
    said = label("office_state", doc.state) if doc.state in ("voided", "recalled", "replaced") else ""
    return ". ".join(part for part in (said, doc.description) if part)


def _places(db: Session, ids: Sequence[int]) -> dict[int, dict[bool, Places]]:
    """By document, and by whether the copy is to be kept: of thousands of recipients only the first are read."""
    kept = (Delivery.purpose == Purpose.KEEP).label("kept")
    has_it = case((or_(Delivery.status.in_(AT_WORK), Delivery.received_at.is_not(None)), 1), else_=0)
    among: dict[str, Any] = {"partition_by": (Delivery.office_document_id, kept)}
    given = (
        select(
            Delivery.office_document_id.label("doc"), kept, Delivery.name,
            func.row_number().over(order_by=Delivery.id, **among).label("place"),
            func.count().over(**among).label("number"), func.sum(has_it).over(**among).label("received"),
        )
        .where(Delivery.office_document_id.in_(ids), Delivery.status != DeliveryStatus.PLANNED)
        .subquery()
    )  # fmt: skip
    found: dict[int, dict[bool, Places]] = {one: {False: Places(), True: Places()} for one in ids}
    for row in db.execute(select(given).where(given.c.place <= SHOWN).order_by(given.c.doc, given.c.place)):
        places = found[row.doc][bool(row.kept)]
        places.names.append(row.name)
        places.number, places.received = row.number, int(row.received)
    return found


def _sent(db: Session, ids: Sequence[int]) -> dict[int, date]:
    sent = select(Dispatch.office_document_id, Dispatch.issued_at).where(
        Dispatch.office_document_id.in_(ids), Dispatch.issued_at.is_not(None)
    )  # fmt: skip
    return {row: at.astimezone(ZONE).date() for row, at in db.execute(sent) if at is not None}


def written(day: date | None) -> str:
    """A day as people write it; empty for none."""
    return day.strftime("%d/%m/%Y") if day else ""


@dataclass(frozen=True)
class Cover:
    """What stands on the cover of a printed register. ``first`` and ``last`` are the numbers, None for none."""

    book: Book
    unit: str
    above: str
    since: date
    until: date
    first: int | None
    last: int | None
    number: int


def cover(db: Session, wanted: Filter, unit: Unit) -> Cover:
    """The cover of a register for a period; both days have to be there."""
    number, first, last = register_queries.extent(db, wanted)
    above = db.get(Unit, unit.parent_id) if unit.parent_id is not None else None
    since, until = wanted.since, wanted.until
    if since is None or until is None:
        raise ValueError("a printed register is of a period")
    return Cover(wanted.book, unit.name, above.name if above else "", since, until, first, last, number)
