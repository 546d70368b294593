"""The rows of every list that can be taken away as a file: read a page at a time by key, never a whole list at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from ecabinet.access import Person, within
from ecabinet.member_labels import label
from ecabinet.registry import account_queries, member_queries, queries, unit_queries
from ecabinet.registry.history_models import MemberCount
from ecabinet.registry.member_queries import Filter
from ecabinet.registry.models import Account, Body, Member, Unit, UnitRole
from ecabinet.registry.official_models import Official, OfficialRecord
from ecabinet.registry.official_rules import mapping
from ecabinet.sealing import Sealer

AT_ONCE = 500

Words = Callable[[str, str], str]
"""The words for a value of a kind, as :func:`ecabinet.labels.label` gives them: the registry may not import it."""

MEMBER_HEADER = (
    _("Họ và tên"), _("Giới tính"), _("Ngày sinh"), _("Số thẻ"), _("Ngày vào Đoàn"), _("Trạng thái"), _("Đơn vị"),
)  # fmt: skip
NUMBERS_HEADER = (_("Số căn cước (CCCD)"), _("Điện thoại"))
UNIT_HEADER = (
    _("Mã đơn vị"), _("Tên đơn vị"), _("Loại"), _("Mã đơn vị cấp trên"), _("Đơn vị cấp trên"), _("Mã liên thông"),
    _("Địa chỉ"), _("Thành lập"), _("Đoàn viên"),
)  # fmt: skip
BODY_HEADER = (
    _("Đơn vị"), _("Tổ chức, ban"), _("Loại"), _("Thứ tự"), _("Họ và tên"), _("Đơn vị của đoàn viên"), _("Chức vụ"),
    _("Biểu quyết"),
)  # fmt: skip
ACCOUNT_HEADER = (_("Họ và tên"), _("Đơn vị"), _("Tên đăng nhập"), _("Vai trò"), _("Tình trạng"))
OFFICIAL_HEADER = (
    _("Mã cán bộ"), _("Họ và tên"), _("Giới tính"), _("Ngày sinh"), _("Số thẻ"), _("Mã đơn vị"), _("Đơn vị"),
    _("Ngày lập hồ sơ"),
)  # fmt: skip


def members(db: Session, wanted: Filter, sealer: Sealer | None = None) -> Iterator[list[str]]:
    """The members of a filter, by given name; with ``sealer`` also their national ids and phone numbers, opened."""
    while True:
        page = member_queries.page(db, wanted, AT_ONCE)
        numbers = _numbers(db, sealer, [row.id for row in page.rows]) if sealer else {}
        for row in page.rows:
            status = label("member_status", row.status)
            yield [
                row.full_name, label("sex", row.sex), written(row.born_on), row.card_number, written(row.joined_on),
                status, row.unit_name, *numbers.get(row.id, ()),
            ]  # fmt: skip
        if not page.next:
            return
        wanted = replace(wanted, after=page.next)


def _numbers(db: Session, sealer: Sealer, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    rows = db.execute(select(Member.id, Member.national_id_sealed, Member.phone_sealed).where(Member.id.in_(ids)))
    return {
        member_id: (sealer.open(national_id) if national_id else "", sealer.open(phone) if phone else "")
        for member_id, national_id, phone in rows
    }


def units(db: Session, person: Person, top: Unit, label_of: Words) -> Iterator[list[str]]:
    """The standing units of a subtree as far as the person sees them, each before those below it."""
    parent = aliased(Unit)
    number = select(func.sum(MemberCount.number)).where(MemberCount.unit_id == Unit.id).scalar_subquery()
    statement = (
        select(
            Unit.path, Unit.code, Unit.name, Unit.kind, parent.code.label("parent_code"), parent.name.label("parent"),
            Unit.exchange_code, Unit.address, Unit.founded_on, number.label("number"),
        )
        .outerjoin(parent, parent.id == Unit.parent_id)
        .where(within(Unit.path, top.path), unit_queries.visible(person), Unit.dissolved_on.is_(None))
        .order_by(Unit.path)
    )  # fmt: skip
    for row in paged(db, statement, (Unit.path,), ("path",)):
        yield [
            row.code, row.name, label_of("unit_kind", row.kind), row.parent_code or "", row.parent or "",
            row.exchange_code or "", row.address, written(row.founded_on), str(row.number or 0),
        ]  # fmt: skip


def bodies(db: Session, found: Sequence[tuple[Body, Unit]], day: date, label_of: Words) -> Iterator[list[str]]:
    """Who sits in these bodies on a day, in the order in which they are read out."""
    yes, no = str(_("Có")), str(_("Không"))
    for body, unit in found:
        for number, seat in enumerate(queries.seats_of(db, body.id, day), 1):
            yield [
                unit.name, body.name, label_of("body", body.kind), str(number), seat.name, seat.unit_name, seat.title,
                yes if seat.voting else no,
            ]  # fmt: skip


def bodies_of(db: Session, person: Person, top: Unit) -> list[tuple[Body, Unit]]:
    """The bodies of a subtree as far as the person sees its units, from the top down."""
    statement = (
        select(Body, Unit)
        .join(Unit, Unit.id == Body.unit_id)
        .where(within(Unit.path, top.path), unit_queries.visible(person))
        .order_by(Unit.path, Body.id)
    )
    return [(body, unit) for body, unit in db.execute(statement)]


def accounts(db: Session, person: Person, text: str, label_of: Words) -> Iterator[list[str]]:
    """The accounts of the list, each with its roles and the units on which it has them."""
    after: tuple[str, int] | None = None
    while True:
        lines, more = account_queries.list_accounts(db, person, text, after, AT_ONCE)
        roles = _roles(db, [line.member_id for line in lines], label_of)
        for line in lines:
            state = _("Chưa có tài khoản") if line.login is None else _("Đang dùng") if line.active else _("Đã khóa")
            yield [line.name, line.unit_name, line.login or "", "; ".join(roles.get(line.member_id, ())), str(state)]
        if not more:
            return
        after = (lines[-1].search_name, lines[-1].member_id)


def _roles(db: Session, ids: Sequence[int], label_of: Words) -> dict[int, list[str]]:
    rows = db.execute(
        select(Account.member_id, UnitRole.role, Unit.name)
        .join(UnitRole, UnitRole.account_id == Account.id)
        .join(Unit, Unit.id == UnitRole.unit_id)
        .where(Account.member_id.in_(ids))
        .order_by(Unit.path, UnitRole.role)
    )
    found: dict[int, list[str]] = {}
    for member_id, role, unit_name in rows:
        found.setdefault(member_id, []).append(f"{label_of('unit_role', role)} – {unit_name}")
    return found


def officials(db: Session, top: Unit, language: str) -> Iterator[list[str]]:
    """The full-time officials of a subtree with what the file says last of each kind."""
    statement = (
        select(
            Official.member_id, Official.staff_code, Official.opened_at, Member.full_name, Member.sex, Member.born_on,
            Member.card_number, Unit.code, Unit.name,
        )
        .join(Member, Member.id == Official.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(within(Unit.path, top.path))
        .order_by(Official.member_id)
    )  # fmt: skip
    for row in paged(db, statement, (Official.member_id,), ("member_id",)):
        yield [
            row.staff_code, row.full_name, label("sex", row.sex), written(row.born_on), row.card_number, row.code,
            row.name, written(row.opened_at.date()), *_last_records(db, row.member_id, language),
        ]  # fmt: skip


def official_header(language: str) -> tuple[object, ...]:
    """The header of :func:`officials`: its last columns are the kinds of records that the mapping names."""
    return (*OFFICIAL_HEADER, *(kind.label[language] for kind in mapping().kinds.values()))


def _last_records(db: Session, member_id: int, language: str) -> list[str]:
    newest = (OfficialRecord.from_day, OfficialRecord.id)
    standing = select(OfficialRecord).filter_by(member_id=member_id, struck_at=None).order_by(*newest)
    last = {record.kind: record for record in db.scalars(standing)}
    said = []
    for name, kind in mapping().kinds.items():
        record = last.get(name)
        values = [field.said(record.values.get(field.name, ""), language) for field in kind.fields] if record else []
        said.append(", ".join(value for value in values if value))
    return said


def written(day: date | None) -> str:
    """A day as people write it; empty for none."""
    return day.strftime("%d/%m/%Y") if day else ""


def paged(
    db: Session, statement: Select[*tuple[Any, ...]], key: tuple[Any, ...], names: tuple[str, ...]
) -> Iterator[Row[Any]]:
    """The rows of a statement that is ordered by a unique key, a page at a time; ``names`` are the key's in a row."""
    after: tuple[object, ...] = ()
    while True:
        page = statement.where(tuple_(*key) > after) if after else statement
        rows = db.execute(page.limit(AT_ONCE)).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = tuple(getattr(rows[-1], name) for name in names)
