"""The units' own templates: put in after they were tried, taken back. None of these commits."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import NotFound, Problem
from documents.rules import clean_filename
from ecabinet import audit
from ecabinet.access import Permission, Person
from ecabinet.drafting import filling, templates
from ecabinet.drafting.models import DraftTemplate
from ecabinet.drafting.paper_rules import LETTERS, Authority, Content, Paper
from ecabinet.printing.sheets import Form
from ecabinet.registry.models import Unit

MOST_BYTES = 5 * 1024**2


def try_out(file: bytes, form: Form, type_code: str, kind: str, today: date) -> None:
    """Fill a template with a made-up paper; raises :class:`.filling.BrokenTemplate` and ``file_unreadable``."""
    if len(file) > MOST_BYTES:
        raise Problem("too_large", field="file", limit=MOST_BYTES // 1024**2)
    content = Content(
        type_code, "ví dụ", "Điều 1. Ví dụ.\nVí dụ.", "Căn cứ ví dụ;", "Nơi thứ nhất\nNơi thứ hai", "Như trên\nLưu: VT",
        "Cấp trên", "VP", "Hà Nội", Authority.BEHALF, "Ban Thường vụ", "Bí thư",
    )  # fmt: skip
    name = "" if type_code in LETTERS else kind
    filling.fill(file, templates.filled(Paper(form, type_code, "Đơn vị", "VD/VD", name, str(today.year), content, "A")))


def of_unit(db: Session, unit: Unit, form: Form) -> dict[str, DraftTemplate]:
    """The unit's own templates of a form, by type."""
    found = select(DraftTemplate).where(
        DraftTemplate.unit_id == unit.id, DraftTemplate.form == form, DraftTemplate.ended_at.is_(None)
    )  # fmt: skip
    return {one.type_code: one for one in db.scalars(found)}


def put(
    db: Session, unit: Unit, form: Form, type_code: str, blob: Blob, filename: str, person: Person, now: datetime
) -> DraftTemplate:  # fmt: skip
    """From now on what this unit drafts of this type begins with this file, which was tried out."""
    person.require(Permission.KEEP_REGISTERS, unit.path)
    if before := of_unit(db, unit, form).get(type_code):
        before.ended_at = now
        db.flush()
    made = DraftTemplate(
        unit_id=unit.id, form=form, type_code=type_code, sha256=blob.sha256, size=blob.size,
        filename=clean_filename(filename), put_by=person.member_id, put_at=now,
    )  # fmt: skip
    db.add(made)
    db.flush()
    audit.record(
        db, person.member_id, "office_template_put", f"unit:{unit.id}", now, type=type_code, sha256=blob.sha256
    )  # fmt: skip
    return made


def load(db: Session, person: Person, template_id: int, permission: Permission) -> tuple[DraftTemplate, Unit]:
    """A template for those who have this permission in its unit."""
    one = db.get(DraftTemplate, template_id)
    unit = db.get(Unit, one.unit_id) if one is not None else None
    if one is None or unit is None or not person.may(permission, unit.path):
        raise NotFound(f"template {template_id}")
    return one, unit


def end(db: Session, person: Person, template_id: int, now: datetime) -> DraftTemplate:
    """The product's own template is used again."""
    one, unit = load(db, person, template_id, Permission.KEEP_REGISTERS)
    if one.ended_at is None:
        one.ended_at = now
        about = {"type": one.type_code, "sha256": one.sha256}
        audit.record(db, person.member_id, "office_template_ended", f"unit:{unit.id}", now, **about)
    return one
