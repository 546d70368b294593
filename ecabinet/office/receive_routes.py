"""Pages of receiving: a paper is put in, read, registered under its number, and put right afterwards."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import Forbidden, NotFound, Problem
from documents.media import media_type
from documents.models import Version
from documents.queries import newest_version, pages_of
from documents.rules import Secrecy
from documents.upload_models import Upload
from ecabinet.access import Permission, Person
from ecabinet.clock import now, today
from ecabinet.fields import text
from ecabinet.library import processing_queries
from ecabinet.library.upload_targets import TYPES
from ecabinet.office import desk, forms, incoming, origins, register_queries, stamps
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS, Facts, facts_of
from ecabinet.office.incoming import Duplicate, File, Registering
from ecabinet.office.life_rules import OfficeAct, OfficeState
from ecabinet.office.reading_rules import Found, read
from ecabinet.registry.models import Unit
from ecabinet.upload_words import UPLOAD_LABELS
from ecabinet.web import database, done, engines, person

bp = Blueprint("incoming", __name__)

KEEPS = Permission.KEEP_REGISTERS
READ_PAGES = 4
"""The first pages of a paper and its last say what it is; those between are not looked at."""


class IncomingTarget:
    """Uploads in pieces into the office of a unit: "incoming:<unit>"."""

    def __init__(self, unit: str) -> None:
        if not (unit.isascii() and unit.isdigit() and len(unit) <= 18):
            raise Problem("upload_elsewhere", unit)
        self._unit_id = int(unit)

    def check(self, db: Session, person: Person, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
        unit, secret = self._load(db, person), form.get("secrecy") == Secrecy.SECRET
        if secret and not desk.keeps_secrets(db, unit.id, person):
            raise Problem("not_secret_keeper", field="secrecy")
        return {"secret": secret}

    def deliver(self, db: Session, person: Person, upload: Upload, blob: Blob, kind: str, now: datetime) -> Version:
        file = File(blob, upload.filename, kind)
        return incoming.receive(db, self._load(db, person), file, person, now, secret=bool(upload.fields["secret"]))

    def page(self) -> str:
        return url_for("incoming.receive", unit=self._unit_id)

    def _load(self, db: Session, person: Person) -> Unit:
        return desk.unit_of(db, person, self._unit_id, KEEPS)


@bp.get("/office/receive")
def receive() -> ResponseReturnValue:
    """Clerks: put in what has come, and go on to register it."""
    return _receive_page({})


def _receive_page(faults: Mapping[str, str]) -> str:
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)
        secret = desk.keeps_secrets(db, unit.id, person())
        books = [book for book in ("incoming", "incoming_secret") if secret or book not in SECRET_BOOKS]
        waits = select(OfficeDocument).where(
            OfficeDocument.unit_id == unit.id, OfficeDocument.book.in_(books),
            OfficeDocument.state == OfficeState.RECEIVED,
        )  # fmt: skip
        return render_template(
            "office/receive.html", unit=unit, units=desk.units_of(db, person(), KEEPS), faults=faults, secret=secret,
            waits=db.scalars(waits.order_by(OfficeDocument.id.desc()).limit(50)).all(),
        )  # fmt: skip


@bp.post("/office/receive")
def put_in() -> ResponseReturnValue:
    """The same people, without a script: one file, and straight on to its registration."""
    file = request.files.get("file")
    with database().reading() as db:  # a stranger's file is not even stored
        unit_id = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS).id
    if file is None or not file.filename:
        return make_response(_receive_page({"file": str(_("Đồng chí chưa chọn tệp."))}), 422)
    kind = media_type(file.stream)
    file.stream.seek(0)
    blob = engines().blobs.put(file.stream)
    if blob.size == 0:
        raise Problem("empty")
    with database().writing() as db:
        unit, secret = db.get_one(Unit, unit_id), text("secrecy") == Secrecy.SECRET
        version = incoming.receive(db, unit, File(blob, file.filename, kind), person(), now(), secret=secret)
        found = db.scalars(select(OfficeDocument.id).where(OfficeDocument.document_id == version.document_id)).one()
    return done(url_for("incoming.entry", office_id=found), _("Đã tiếp nhận. Đồng chí kiểm tra rồi đăng ký."))


@bp.get("/office/documents/<int:office_id>/entry")
def entry(office_id: int) -> ResponseReturnValue:
    """Clerks: the form of the register, with what was read out of the paper; of a registered one to put it right."""
    with database().reading() as db:
        seen = _load(db, office_id)
        return _entry_page(db, seen, _values(seen.doc) if seen.doc.ordinal is not None else None, {})


def _load(db: Session, office_id: int, *, change: bool = False) -> Seen:
    seen = (desk.load_to_change if change else desk.load)(db, person(), office_id)
    if not seen.may(OfficeAct.REGISTER) and not seen.may(OfficeAct.CORRECT):
        raise Forbidden if seen.doc.ordinal is None else Problem("office_state")
    return seen


def _entry_page(
    db: Session,
    seen: Seen,
    values: Mapping[str, str] | None,
    faults: Mapping[str, str],
    duplicates: Sequence[OfficeDocument] = (),
) -> str:
    version = newest_version(db, seen.doc.document_id)
    found = _offered(db, seen.doc, version) if version is not None and seen.doc.ordinal is None else {}
    origin, files = origins.of(db, seen.doc.id)
    if values is None:
        values = {"arrived_on": today().isoformat(), "secrecy": seen.doc.secrecy, "subject": seen.doc.subject}
        values |= {name: one.value for name, one in found.items()}
    return render_template(
        "office/entry.html", seen=seen, doc=seen.doc, picture=stamps.pictured(db, version), values=values,
        found=found, faults=faults, duplicates=duplicates, today=today(),
        organs=sorted(register_queries.organs(db, seen.doc.unit_id).values()),
        status=processing_queries.status(db, version, keeps=False) if version is not None else None,
        entrusted=desk.keeps_secrets(db, seen.doc.unit_id, person()), origin=origin, files=files,
    )  # fmt: skip


def _offered(db: Session, doc: OfficeDocument, version: Version) -> dict[str, Found]:
    """What the text says; the words of papers are Vietnamese, whoever reads."""
    pages = pages_of(db, version.id)
    known = register_queries.organs(db, doc.unit_id)
    with force_locale("vi"):
        types = {code: str(name) for code, name in UPLOAD_LABELS["document_type"].items()}
    found = read(pages if len(pages) <= 2 * READ_PAGES else [*pages[:READ_PAGES], *pages[-READ_PAGES:]], types, known)
    if len(pages) <= 999 and pages:
        found["page_amount"] = Found(str(len(pages)), 0, "")
    # What its sender says of it goes before what it seems to say itself.
    return found | {name: Found(value, None, "") for name, value in origins.offered(db, doc.id).items()}


def _values(doc: OfficeDocument) -> dict[str, str]:
    """An entry as its form has it."""
    names = Facts.__dataclass_fields__
    return {name: "" if (value := getattr(doc, name)) is None else str(value) for name in names}


@bp.post("/office/documents/<int:office_id>/entry")
def save(office_id: int) -> ResponseReturnValue:
    """Clerks: register it under the next number, or put right what is registered."""
    values = request.form.to_dict()
    try:
        facts = facts_of(values, TYPES, today())
        with database().writing() as db:
            seen = _load(db, office_id, change=True)
            if registering := seen.doc.ordinal is None:
                how = Registering(bool(text("anyway")), text("reason"))
                incoming.register(db, seen, facts, how, person(), now())
            else:
                incoming.correct(db, seen, facts, person(), now())
            said = _("Đã đăng ký số đến %(n)s.", n=seen.doc.ordinal) if registering else _("Đã sửa.")
    except Duplicate as duplicate:
        with database().reading() as db:
            return make_response(_entry_page(db, _load(db, office_id), values, {}, duplicate.found), 409)
    except Problem as refused:
        faults = forms.faults_of(refused)
        with database().reading() as db:
            return make_response(_entry_page(db, _load(db, office_id), values, faults), 422)
    return done(url_for("office.page", office_id=office_id), said)


@bp.get("/office/documents/<int:office_id>/reading")
def reading(office_id: int) -> ResponseReturnValue:
    """Clerks: how far the paper is read, as a fragment that asks again until it is."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        version = newest_version(db, seen.doc.document_id)
        if version is None:
            raise NotFound(f"paper of office document {office_id}")
        status = processing_queries.status(db, version, keeps=False)
        return render_template("office/reading.html", doc=seen.doc, status=status, waited=True)
