"""Pages of figures: the dashboard, the processing reports, the documents behind each figure."""

import io
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from documents.media import PDF
from ecabinet import audit
from ecabinet.clock import now, today
from ecabinet.fields import asked
from ecabinet.office import desk
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import OfficeState, is_late
from ecabinet.office.register_filters import MEANT, VALID
from ecabinet.registry.charts import ticks
from ecabinet.registry.exports import export_response
from ecabinet.registry.models import Unit
from ecabinet.reports import asking, behind, figures, period_rules, report_files
from ecabinet.reports.behind import Behind
from ecabinet.reports.figures import Scope
from ecabinet.reports.period_rules import Period
from ecabinet.web import database, person

bp = Blueprint("reports", __name__)

BARS = 12
"""So many bars of units; how many others there are is said."""
KEPT = ("book", "state", "type_code", "member", "to_unit")
"""What says which figure the documents are behind."""


def _asked(db: Session) -> tuple[Unit, Scope, Period]:
    unit, _choices = asking.unit(db)
    return unit, Scope(unit.id, unit.path, asked("below", 1) != "0", today()), asking.period()


def _page(db: Session, unit: Unit, scope: Scope, period: Period) -> dict[str, Any]:
    """What all these pages know: of which unit and days, and what an address says of it."""
    address = {"unit": unit.id, "below": int(scope.below)}
    said = {"period": period.code} if period.code else {"since": period.first, "until": period.last}
    return {
        "unit": unit, "scope": scope, "period": period, "periods": period_rules.offered(today()), "today": today(),
        "units": desk.units_of(db, person(), *desk.READERS), "choices": asking.unit(db)[1],
        "address": address | said, "here": address, "outcomes": figures.OUTCOMES,
    }  # fmt: skip


@bp.get("/office/dashboard")
def dashboard() -> ResponseReturnValue:
    """Those of the office: figures as charts, each bar leading to the documents behind it."""
    with database().reading() as db:
        unit, scope, period = _asked(db)
        by_unit = figures.by_unit(db, scope, period)
        return render_template(
            "reports/dashboard.html", **_page(db, unit, scope, period),
            total=figures.together("", [line for _path, line in by_unit]),
            branches=figures.by_branch(db, scope, by_unit), types=figures.by_type(db, scope, period),
            flows=figures.by_month(db, scope, min(period.last, today())), waiting=figures.waiting(db, scope),
            ticks=ticks, bars=BARS,
        )  # fmt: skip


@bp.get("/office/reports")
def processing() -> ResponseReturnValue:
    """The same people: what became of the documents that came in a period, by unit or by person."""
    by = "person" if asked("by", 10) == "person" else "unit"
    with database().reading() as db:
        unit, scope, period = _asked(db)
        lines = report_files.lines(db, scope, period, by)
        return render_template(
            "reports/processing.html", **_page(db, unit, scope, period), by=by, lines=lines,
            header=report_files.header(by), figures_of=report_files.figures_of, total=figures.together("", lines),
        )  # fmt: skip


@bp.get("/office/reports/<any(unit, person):by>.<any(xlsx, csv):kind>")
def table(by: str, kind: str) -> Response:
    """The same people: a report as a table."""
    with database().reading() as db:
        unit, scope, period = _asked(db)
    return export_response(
        kind, f"giai-quyet-van-ban-den-{period.first}-{period.last}", report_files.header(by),
        lambda db: report_files.cells(report_files.lines(db, scope, period, by)),
        action="export_office_report", subject=f"unit:{unit.id}", about=_about(period, by),
    )  # fmt: skip


@bp.get("/office/reports/<any(unit, person):by>.pdf")
def printed(by: str) -> Response:
    """The same people: a report as a paper to sign."""
    with database().reading() as db:
        unit, scope, period = _asked(db)
        lines = report_files.lines(db, scope, period, by)
        above = db.get(Unit, unit.parent_id) if unit.parent_id is not None else None
    paper = report_files.printed(unit, above.name if above else "", lines, by, period, now())
    with database().writing() as db:
        about = _about(period, by) | {"kind": "pdf", "rows": str(len(lines))}
        audit.record(db, person().member_id, "export_office_report", f"unit:{unit.id}", now(), **about)
    name = f"giai-quyet-van-ban-den-{period.first}-{period.last}.pdf"
    return send_file(io.BytesIO(paper), PDF, as_attachment=True, download_name=name)


def _about(period: Period, by: str) -> dict[str, str]:
    return {"by": by, "first": period.first.isoformat(), "last": period.last.isoformat()}


def _behind(scope: Scope, period: Period) -> Behind:
    state, book = asked("state", 20), asked("book", 20)
    return Behind(
        scope, period, Book.OUTGOING if book == Book.OUTGOING else Book.INCOMING,
        state if state in {*OfficeState, *MEANT} else VALID,
        asked("type_code", 20) if "type_code" in request.args else None,
        asking.row_id("member"), asking.row_id("to_unit"), asked("after", 30),
    )  # fmt: skip


@bp.get("/office/reports/documents")
def documents() -> ResponseReturnValue:
    """The same people: the documents behind a figure."""
    with database().reading() as db:
        unit, scope, period = _asked(db)
        wanted = _behind(scope, period)
        kept = {name: asked(name, 30) for name in KEPT if name in request.args}
        page = _page(db, unit, scope, period)
        return render_template(
            "reports/documents.html", **page | {"address": page["address"] | kept}, wanted=wanted,
            page=behind.page(db, wanted), number=behind.number_behind(db, wanted),
            late=lambda doc: is_late(OfficeState(doc.state), doc.due_on, today()),
        )  # fmt: skip


@bp.get("/office/reports/documents.<any(xlsx, csv):kind>")
def documents_table(kind: str) -> Response:
    """The same people: these documents as a table."""
    with database().reading() as db:
        unit, scope, period = _asked(db)
    wanted = _behind(scope, period)
    return export_response(
        kind, f"van-ban-{period.first}-{period.last}", report_files.document_header(),
        lambda db: report_files.documents(db, wanted),
        action="export_office_report", subject=f"unit:{unit.id}", about=_about(period, "documents"),
    )  # fmt: skip
