"""The processing slip (phiếu giải quyết văn bản đến): what is presented with a paper, and what was decided of it."""

from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ecabinet.clock import ZONE
from ecabinet.labels import label
from ecabinet.office import register_queries
from ecabinet.office.desk import Seen
from ecabinet.office.life_rules import OfficeAct
from ecabinet.printing import pdf
from ecabinet.printing.sheets import Block, Column, Facts, Form, Head, Heading, Paragraph, Sheet, Table, Title
from ecabinet.registry.models import Unit
from ecabinet.reports.register_lines import type_of, written

DOTTED = "." * 110
ROOM = 3
"""Lines left to write on, where nobody has said anything yet."""


def printed(db: Session, seen: Seen, at: datetime) -> bytes:
    """The slip as it stands now; what nobody has said leaves room for a pen. Always in Vietnamese."""
    with force_locale("vi"):
        return pdf.render(_sheet(db, seen, at), at)


def _sheet(db: Session, seen: Seen, at: datetime) -> Sheet:
    doc, unit = seen.doc, seen.doc.unit
    above = db.get(Unit, unit.parent_id) if unit.parent_id is not None else None
    facts = Facts((
        (_("Số đến"), str(doc.ordinal or "")), (_("Ngày đến"), written(doc.arrived_on)), (_("Tác giả"), doc.organ_name),
        (_("Số, ký hiệu"), doc.code), (_("Ngày văn bản"), written(doc.issued_on)),
        (_("Tên loại và trích yếu"), f"{type_of(doc)} {doc.subject}".strip()),
        (_("Độ khẩn"), label("urgency", doc.urgency)), (_("Hạn giải quyết"), written(doc.due_on)),
    ))  # fmt: skip
    given = tuple(
        (one.name, label("office_role", one.role), written(one.due_on), written(one.ended_on))
        for one in seen.assignments
    )
    columns = (Column(_("Đơn vị, người nhận"), 4), Column(_("Vai trò"), 2), Column(_("Hạn"), 2), Column(_("Xong"), 2))
    body: tuple[Block, ...] = (
        facts,
        *_said(db, doc.id, _("Ý kiến của người trình"), OfficeAct.PRESENT),
        *_said(db, doc.id, _("Ý kiến phân phối, chỉ đạo của lãnh đạo"), OfficeAct.ASSIGN),
        Table(columns, given, empty=_("(Chưa giao)")),
        *_said(db, doc.id, _("Kết quả giải quyết"), OfficeAct.FINISH),
    )
    head = Head(Form.UNION, unit.name, above.name if above else "", on=at.astimezone(ZONE).date())
    return Sheet(head, Title(_("PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN")), body)


def _said(db: Session, office_id: int, heading: str, act: OfficeAct) -> list[Block]:
    """What was said with an act, each time with who and when."""
    events = [event for event in reversed(register_queries.history(db, office_id)) if event.act == act and event.text]
    lines = [
        Paragraph(f"{event.text} ({event.member.full_name}, {event.at.astimezone(ZONE):%d/%m/%Y %H:%M})")
        for event in events
    ]
    room = [Paragraph(DOTTED, indent=False) for _line in range(ROOM)]
    return [Heading(heading, 2), *(lines or room)]
