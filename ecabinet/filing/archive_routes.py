"""Pages of the archive: files handed over together and received, lists of what has been kept long enough."""

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Forbidden, Invalid, NotFound
from documents.models import Document
from documents.queries import open_to
from ecabinet.access import Permission, Person
from ecabinet.clock import now, today
from ecabinet.fields import asked, day, text, whole
from ecabinet.filing import destroying, forms, handing_over, printed, queries, seeing
from ecabinet.filing.life_rules import FileAct, FileState
from ecabinet.filing.models import Destruction, Transfer
from ecabinet.filing.queries import OVER, Wanted
from ecabinet.office import desk
from ecabinet.web import database, done, person

bp = Blueprint("file_archive", __name__)

SEES = (Permission.KEEP_ARCHIVE, Permission.ASSIGN)
LISTED = 50


def _ids(name: str) -> list[int]:
    return [int(one) for one in request.form.getlist(name) if one.isascii() and one.isdigit() and len(one) < 16]


def _load(db: Session, who: Person, transfer_id: int) -> Transfer:
    """A hand-over of which the person sees a file."""
    transfer = db.get(Transfer, transfer_id)
    if transfer is None or not (
        transfer.given_by == who.member_id
        or any(who.may(one, transfer.unit.path) for one in seeing.READERS)
        or printed.of_transfer(db, who, transfer)
    ):
        raise NotFound(f"transfer {transfer_id}")
    return transfer


@bp.post("/office/files/hand-over")
def hand_over() -> ResponseReturnValue:
    """Who keeps them: give these files to the archive together."""
    with database().writing() as db:
        transfer_id = handing_over.hand_over(db, _ids("file"), text("note"), person(), now()).id
    return done(url_for("file_archive.transfer", transfer_id=transfer_id), _("Đã nộp lưu trữ, chờ lưu trữ nhận."))


@bp.get("/office/files/transfers")
def transfers() -> ResponseReturnValue:
    """Those of the office and of the archive: what was handed over, the latest first."""
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), *seeing.READERS)
        found = select(Transfer).where(Transfer.unit_id == unit.id).order_by(Transfer.id.desc()).limit(LISTED)
        lines = [(one, printed.of_transfer(db, person(), one)) for one in db.scalars(found)]
        return render_template(
            "filing/transfers.html", unit=unit, units=desk.units_of(db, person(), *seeing.READERS), lines=lines
        )  # fmt: skip


@bp.get("/office/files/transfers/<int:transfer_id>")
def transfer(transfer_id: int) -> ResponseReturnValue:
    """The same people: the files of a hand-over, and what the archive says of each."""
    with database().reading() as db:
        found = _load(db, person(), transfer_id)
        files = printed.of_transfer(db, person(), found)
        loaded = {file.id: seeing.load(db, person(), file.id) for file in files}
        return render_template(
            "filing/transfer.html", transfer=found, files=files, loaded=loaded,
            totals=queries.totals(db, [file.id for file in files], person().labels), span=printed.span,
            waits=[file for file in files if loaded[file.id].may(FileAct.ACCEPT)],
        )  # fmt: skip


@bp.post("/office/files/transfers/<int:transfer_id>")
def receive(transfer_id: int) -> ResponseReturnValue:
    """The archive's keepers: take all of it that waits."""
    with database().writing() as db:
        found = _load(db, person(), transfer_id)
        waits = [one.id for one in printed.of_transfer(db, person(), found) if one.state == FileState.HANDED_OVER]
        for file_id in waits:
            handing_over.accept(db, seeing.load_to_change(db, person(), file_id), person(), now())
    return done(url_for("file_archive.transfer", transfer_id=transfer_id), _("Lưu trữ đã nhận hồ sơ."))


@bp.get("/office/files/transfers/<int:transfer_id>/<what>.<kind>")
def transfer_paper(transfer_id: int, what: str, kind: str) -> ResponseReturnValue:
    """The same people: the record of delivery, or the list of the files, as PDF, Word or a table."""
    papers = {"record": printed.delivery, "list": printed.handed_list}
    if what not in papers:
        raise NotFound(f"paper {what}")
    with database().reading() as db:
        listing = papers[what](db, person(), _load(db, person(), transfer_id), now())
    return forms.send(kind, listing, "export_transfer", f"transfer:{transfer_id}", {"what": what}, person(), now())


# ------------------------------------------------------------------ what has been kept long enough


@bp.get("/office/files/destructions")
def destructions() -> ResponseReturnValue:
    """Leaders and the archive's keepers: lists, and the files whose time is over."""
    with database().reading() as db:
        return _destructions(db, {})


def _destructions(db: Session, faults: Mapping[str, str]) -> str:
    unit = desk.unit_of(db, person(), request.args.get("unit", type=int), *SEES)
    wanted = Wanted(unit.id, None, today(), state=OVER, after=asked("after", 120))
    found = select(Destruction).where(Destruction.unit_id == unit.id).order_by(Destruction.id.desc()).limit(LISTED)
    return render_template(
        "filing/destructions.html", unit=unit, units=desk.units_of(db, person(), *SEES), faults=faults,
        page=queries.page(db, person(), wanted), lists=db.scalars(found).all(), entered=request.form, today=today(),
        proposes=person().may(Permission.KEEP_ARCHIVE, unit.path), span=printed.span,
    )  # fmt: skip


@bp.post("/office/files/destructions")
def propose() -> ResponseReturnValue:
    """The archive's keepers: put files on a list for the council."""
    try:
        with database().writing() as db:
            unit = desk.unit_of(db, person(), request.args.get("unit", type=int), Permission.KEEP_ARCHIVE)
            made = destroying.propose(db, unit, _ids("file"), text("title"), person(), now()).id
    except Invalid as refused:
        with database().reading() as db:
            return make_response(_destructions(db, forms.faults_of(refused)), 422)
    return done(url_for("file_archive.destruction", destruction_id=made), _("Đã lập danh mục, chờ Hội đồng."))


@bp.get("/office/files/destructions/<int:destruction_id>")
def destruction(destruction_id: int) -> ResponseReturnValue:
    """Leaders and the archive's keepers: a list, and what the council said of each file."""
    with database().reading() as db:
        return _destruction(db, destroying.load(db, person(), destruction_id), {})


def _destruction(db: Session, found: Destruction, faults: Mapping[str, str]) -> str:
    words = asked("record", 100)
    records = select(Document).where(open_to(person().labels)).order_by(Document.id.desc())
    if words:
        records = records.where(Document.title.icontains(words, autoescape=True))
    decides = person().may(Permission.ASSIGN, found.unit.path) and found.state == "proposed"
    return render_template(
        "filing/destruction.html", destruction=found, items=destroying.items(db, person(), found), faults=faults,
        decides=decides, entered=request.form, span=printed.span, today=today(), words=words,
        records=[(one.id, one.title) for one in db.scalars(records.limit(LISTED))] if decides else [],
        drops=found.state == "proposed" and person().may(Permission.KEEP_ARCHIVE, found.unit.path),
    )  # fmt: skip


@bp.post("/office/files/destructions/<int:destruction_id>")
def decide(destruction_id: int) -> ResponseReturnValue:
    """The leader: what the council's record says; what is to go is destroyed by the bin, on the audit trail."""
    verdicts = {int(name[8:]): value for name, value in request.form.items()
                if name.startswith("verdict-") and name[8:].isascii() and name[8:].isdigit()}  # fmt: skip
    try:
        with database().writing() as db:
            found = destroying.load(db, person(), destruction_id, change=True)
            stay = destroying.decide(db, found, whole("record"), day("decided_on"), verdicts, person(), now())
    except Invalid as refused:
        with database().reading() as db:
            loaded = destroying.load(db, person(), destruction_id)
            return make_response(_destruction(db, loaded, forms.faults_of(refused)), 422)
    said = _("Đã ghi quyết định.")
    if stay:
        said = _("Đã ghi quyết định. %(n)s văn bản còn ở hồ sơ khác hoặc còn thời hạn nên được giữ lại.", n=len(stay))
    return done(url_for("file_archive.destruction", destruction_id=destruction_id), said)


@bp.post("/office/files/destructions/<int:destruction_id>/drop")
def drop(destruction_id: int) -> ResponseReturnValue:
    """The archive's keepers: give the list up."""
    with database().writing() as db:
        found = destroying.load(db, person(), destruction_id, change=True)
        if not person().may(Permission.KEEP_ARCHIVE, found.unit.path):
            raise Forbidden
        destroying.drop(db, found, text("reason"), person(), now())
        unit_id = found.unit_id
    return done(url_for("file_archive.destructions", unit=unit_id), _("Đã bỏ danh mục hủy."))


@bp.get("/office/files/destructions/<int:destruction_id>/list.<kind>")
def destruction_paper(destruction_id: int, kind: str) -> ResponseReturnValue:
    """The same people: the list as PDF, Word or a table."""
    with database().reading() as db:
        found = destroying.load(db, person(), destruction_id)
        listing = printed.destroyed_list(db, person(), found, now())
    subject = f"destruction:{destruction_id}"
    return forms.send(kind, listing, "export_destruction", subject, {}, person(), now())
