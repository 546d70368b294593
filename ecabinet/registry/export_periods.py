"""What happened to the members of a subtree in a period, as rows for a file."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from ecabinet.access import within
from ecabinet.member_labels import label
from ecabinet.registry.export_lists import paged, written
from ecabinet.registry.history_models import Due, MemberEvent, Transfer
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberEventKind

EVENT_HEADER = (
    _("Ngày"), _("Nội dung"), _("Họ và tên"), _("Số thẻ"), _("Đơn vị"), _("Số quyết định"), _("Đến ngày"),
    _("Chi tiết"),
)  # fmt: skip
TRANSFER_HEADER = (
    _("Ngày đề nghị"), _("Họ và tên"), _("Số thẻ"), _("Từ đơn vị"), _("Đến đơn vị"), _("Hình thức"), _("Tình trạng"),
    _("Hạn"), _("Lý do"),
)  # fmt: skip
DUE_HEADER = (_("Tháng"), _("Họ và tên"), _("Số thẻ"), _("Đơn vị"), _("Số tiền (đồng)"), _("Ngày thu"))


def events(db: Session, path: str, first: date, last: date, kinds: Sequence[str] = ()) -> Iterator[list[str]]:
    """The lines of the timelines of a subtree's members in a period; of these kinds only, when some are given."""
    statement = (
        select(
            MemberEvent.id, MemberEvent.on_day, MemberEvent.kind, MemberEvent.decision, MemberEvent.until_day,
            MemberEvent.details, Member.full_name, Member.card_number, Unit.name,
        )
        .join(Member, Member.id == MemberEvent.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(within(Unit.path, path), MemberEvent.on_day.between(first, last))
        .order_by(MemberEvent.id)
    )  # fmt: skip
    if kinds:
        statement = statement.where(MemberEvent.kind.in_(kinds))
    for row in paged(db, statement, (MemberEvent.id,), ("id",)):
        yield [
            written(row.on_day), label("member_event", row.kind), row.full_name, row.card_number, row.name,
            row.decision, written(row.until_day), details_text(row.details),
        ]  # fmt: skip


def gradings(db: Session, path: str, first: date, last: date) -> Iterator[list[str]]:
    """Of these lines the yearly grades."""
    return events(db, path, first, last, [MemberEventKind.GRADED.value])


def details_text(details: dict[str, Any]) -> str:
    """What a line of the timeline says besides its kind, as on the member's page."""
    said = []
    for key, value in details.items():
        if key == "fields":
            said.append(", ".join(label("field", name) for name in value))
        elif key in ("penalty", "grade"):
            said.append(label(key, value))
        elif key not in ("import", "votes_for", "votes_all"):
            said.append(str(value))
    return "; ".join(said)


def transfers(db: Session, path: str, first: date, last: date) -> Iterator[list[str]]:
    """The transfers from or to a subtree's units that were asked for in a period."""
    start, end = aliased(Unit), aliased(Unit)
    statement = (
        select(
            Transfer.id, Transfer.asked_on, Transfer.kind, Transfer.state, Transfer.due_on, Transfer.reason,
            Member.full_name, Member.card_number, start.name.label("from_name"), end.name.label("to_name"),
        )
        .join(Member, Member.id == Transfer.member_id)
        .join(start, start.id == Transfer.from_unit_id)
        .join(end, end.id == Transfer.to_unit_id)
        .where(or_(within(start.path, path), within(end.path, path)), Transfer.asked_on.between(first, last))
        .order_by(Transfer.id)
    )  # fmt: skip
    for row in paged(db, statement, (Transfer.id,), ("id",)):
        yield [
            written(row.asked_on), row.full_name, row.card_number, row.from_name, row.to_name,
            label("transfer_kind", row.kind), label("transfer_state", row.state), written(row.due_on), row.reason,
        ]  # fmt: skip


def dues(db: Session, path: str, first: date, last: date) -> Iterator[list[str]]:
    """The dues paid for the months of a period by a subtree's members."""
    statement = (
        select(
            Due.member_id, Due.month, Due.amount, Due.paid_on, Member.full_name, Member.card_number, Unit.name,
        )
        .join(Member, Member.id == Due.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(within(Unit.path, path), Due.month.between(first.replace(day=1), last))
        .order_by(Due.member_id, Due.month)
    )  # fmt: skip
    for row in paged(db, statement, (Due.member_id, Due.month), ("member_id", "month")):
        yield [
            row.month.strftime("%m/%Y"), row.full_name, row.card_number, row.name, str(row.amount),
            written(row.paid_on),
        ]  # fmt: skip
