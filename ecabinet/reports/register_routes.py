"""Pages of the registers: a list to look into, and the book of a period to print or to take away."""

import io

from flask import Blueprint, Response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from documents.errors import NotFound
from documents.media import PDF
from ecabinet import audit
from ecabinet.clock import now, today
from ecabinet.fields import asked
from ecabinet.office import desk, register_queries
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import OfficeState, is_late
from ecabinet.office.register_filters import OUT, Filter
from ecabinet.registry.exports import export_response
from ecabinet.reports import asking, period_rules, register_files, register_lines, slips
from ecabinet.reports.period_rules import Period
from ecabinet.web import database, person

bp = Blueprint("registers", __name__)

KEPT = ("order", "state", "type_code", "organ", "number", "words", "since", "until")
"""What of an address goes on to the next page of the list."""


@bp.get("/office/register")
def index() -> ResponseReturnValue:
    """Those of the office: a register of a unit, filtered; the secret ones for those entrusted with them."""
    with database().reading() as db:
        unit, choices = asking.unit(db)
        book = asking.book(db, unit)
        wanted = asking.register(unit, book)
        entries, following = register_lines.page(db, wanted)
        address = {name: asked(name, 200) for name in KEPT if asked(name, 200)} | {"unit": unit.id, "book": book.value}
        return render_template(
            "reports/register.html", unit=unit, units=desk.units_of(db, person(), *desk.READERS), choices=choices,
            wanted=wanted, out=book in OUT, entries=entries, following=following, address=address, late=_late,
            columns=register_lines.columns(book), books=asking.books(db, unit), today=today(),
            organs=sorted(register_queries.organs(db, unit.id, book=book).values()),
            periods=period_rules.offered(today()),
        )  # fmt: skip


def _late(doc: OfficeDocument) -> bool:
    return is_late(OfficeState(doc.state), doc.due_on, today())


@bp.get("/office/desk")
def desk_of() -> ResponseReturnValue:
    """The same people: from a unit by its name or code, ``?in_unit=``, to what waits in its office."""
    with database().reading() as db:
        unit, choices = asking.unit(db)
    if choices:
        return render_template("reports/choose.html", choices=choices)
    return redirect(url_for("office.index", unit=unit.id))


@bp.get("/office/register/units")
def units() -> ResponseReturnValue:
    """The same people: suggestions while the name of a unit below is typed."""
    with database().reading() as db:
        found = asking.read_units(db, asked("in_unit", 100))
    return render_template("registry/units_options.html", options=[(unit.code, unit.name) for unit in found])


@bp.get("/office/register/book.<any(xlsx, csv):kind>")
def table(kind: str) -> Response:
    """The same people: the register of a period as a table, in the columns of the printed one."""
    with database().reading() as db:
        unit, _choices = asking.unit(db)
        period = asking.period()
        wanted = register_files.of_period(asking.register(unit, asking.book(db, unit)), period)
    return export_response(
        kind, _name(wanted), register_files.header(wanted),
        lambda db: (entry.row(wanted.book) for entry in register_lines.entries(db, wanted)),
        action="export_register", subject=f"unit:{unit.id}", about=_about(wanted, period),
    )  # fmt: skip


@bp.get("/office/register/book.pdf")
def printed() -> Response:
    """The same people: the book to print, with its cover."""
    with database().reading() as db:
        unit, _choices = asking.unit(db)
        period = asking.period()
        wanted = register_files.of_period(asking.register(unit, asking.book(db, unit)), period)
        file, number = register_files.printed(db, wanted, unit)
    with database().writing() as db:
        about = _about(wanted, period) | {"kind": "pdf", "rows": str(number)}
        audit.record(db, person().member_id, "export_register", f"unit:{unit.id}", now(), **about)
    return send_file(file, PDF, as_attachment=True, download_name=f"{_name(wanted)}.pdf")


def _name(wanted: Filter) -> str:
    return f"so-van-ban-{'di' if wanted.book in OUT else 'den'}-{wanted.since}-{wanted.until}"


def _about(wanted: Filter, period: Period) -> dict[str, str]:
    return {"book": wanted.book.value, "first": period.first.isoformat(), "last": period.last.isoformat()}


@bp.get("/office/documents/<int:office_id>/slip.pdf")
def slip(office_id: int) -> Response:
    """Those who have to do with an incoming document: its processing slip."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        if seen.doc.ordinal is None or Book(seen.doc.book) in OUT:
            raise NotFound(f"a slip of office document {office_id}")
        paper, number = slips.printed(db, seen, now()), seen.doc.ordinal
    return send_file(io.BytesIO(paper), PDF, download_name=f"phieu-giai-quyet-{number}.pdf")
