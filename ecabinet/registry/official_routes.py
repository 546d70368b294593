"""Pages of officials: the file of one, and the export of a subtree."""

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound
from ecabinet import audit
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import day, text
from ecabinet.registry import officials
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.official_models import Official, OfficialRecord
from ecabinet.registry.official_rules import mapping
from ecabinet.web import database, done, fault_texts, person

bp = Blueprint("officials", __name__)


def _member(db: Session, member_id: int) -> Member:
    """A member of a subtree whose registry the person keeps; for others the member does not exist."""
    member = db.get(Member, member_id)
    if member is None or not person().may(Permission.MANAGE_REGISTRY, member.unit.path):
        raise NotFound(f"member {member_id}")
    return member


def _official(db: Session, member_id: int) -> Official:
    official = db.get(Official, _member(db, member_id).id)
    if official is None:
        raise NotFound(f"official {member_id}")
    return official


def _page(db: Session, member_id: int, form: str, values: dict[str, str], faults: dict[str, str]) -> str:
    member = _member(db, member_id)
    return render_template(
        "registry/official.html",
        member=member,
        official=db.get(Official, member_id),
        kinds=mapping().kinds,
        records=officials.records_of(db, member_id),
        form=form,
        values=values,
        faults=faults,
        today=today(),
    )


@bp.get("/members/<int:member_id>/official")
def page(member_id: int) -> ResponseReturnValue:
    """Those who keep the registry of the member's unit."""
    with database().reading() as db:
        return _page(db, member_id, "", {}, {})


@bp.post("/members/<int:member_id>/official")
def open_file(member_id: int) -> ResponseReturnValue:
    """The same people: make the member an official."""
    with database().writing() as db:
        officials.open_file(db, _member(db, member_id), text("staff_code"), person().member_id, now())
    return done(url_for("officials.page", member_id=member_id), _("Đã lập hồ sơ cán bộ."))


@bp.post("/members/<int:member_id>/official/<kind>")
def add_record(member_id: int, kind: str) -> ResponseReturnValue:
    """The same people: enter a record."""
    raw = {name: text(name) for name in request.form}
    try:
        with database().writing() as db:
            days = (day("from_day"), day("until_day"))
            officials.add_record(db, _official(db, member_id), kind, raw, days, person().member_id, now())
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_page(db, member_id, kind, raw, fault_texts(invalid)), 422)
    return done(url_for("officials.page", member_id=member_id), _("Đã lưu."))


@bp.post("/members/<int:member_id>/official/records/<int:record_id>/strike")
def strike(member_id: int, record_id: int) -> ResponseReturnValue:
    """The same people: take a wrong record out of the file."""
    with database().writing() as db:
        record = db.get(OfficialRecord, record_id)
        if record is None or record.member_id != _official(db, member_id).member_id:
            raise NotFound(f"record {record_id}")
        officials.strike(db, record, person().member_id, now())
    return done(url_for("officials.page", member_id=member_id), _("Đã gạch bỏ, vẫn lưu vết."))


@bp.get("/units/<int:unit_id>/officials.jsonl")
def export(unit_id: int) -> ResponseReturnValue:
    """Those who keep the registry of the unit: the files of its subtree, for the national database; audited."""
    with database().writing() as db:
        unit = db.get(Unit, unit_id)
        if unit is None or not person().may(Permission.MANAGE_REGISTRY, unit.path):
            raise NotFound(f"unit {unit_id}")
        lines = list(officials.export(db, unit.path))
        audit.record(db, person().member_id, "officials_exported", f"unit:{unit_id}", now(), count=len(lines))
    headers = {"Content-Disposition": f'attachment; filename="officials-{unit_id}.jsonl"'}
    return Response("".join(lines), mimetype="application/jsonl", headers=headers)
