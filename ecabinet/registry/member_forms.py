"""The forms of a member's operations: which fields each has, and what is called when it comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.clock import today
from ecabinet.fields import brief, day_of, text, whole
from ecabinet.registry import members
from ecabinet.registry.member_rules import LIMITS, Checked, check
from ecabinet.registry.members import GRADES, PENALTIES, Act
from ecabinet.registry.models import Member


@dataclass(frozen=True)
class Input:
    """One field: its name, label, input type; ``options`` names the labels of a choice, with its values."""

    name: str
    label: Any
    type: str = "text"
    options: tuple[str, tuple[str, ...]] = ("", ())
    longest: int | None = None


@dataclass(frozen=True)
class Operation:
    """One operation: its label, its own fields, for members of which statuses, what it does."""

    label: Any
    inputs: tuple[Input, ...]
    statuses: frozenset[str]
    run: Callable[[Session, Member, Act], object]


FIELDS = ("full_name", "sex", "born_on", "national_id", "phone", "card_number", "joined_on", *LIMITS)
"""Of a member, in the order of the form."""


def checked_form() -> Checked:
    """The member's fields as the form brings them."""
    return check({name: request.form.get(name, "") for name in FIELDS}, today())


def require_sound(checked: Checked) -> None:
    """Raise :class:`Invalid` with all that was refused."""
    if checked.refused:
        raise Invalid({f.field: Problem(f.code, **f.values) for f in checked.findings if f.refused})


def day(name: str) -> date:
    """A day of the form; raises ``missing``."""
    found = day_of(text(name))
    if found is None:
        raise Problem("missing", field=name)
    return found


def _number(name: str) -> int:
    found = whole(name)
    if found is None:
        raise Problem("missing", field=name)
    return found


HERE = frozenset({"active", "away", "deferred"})
ACTIVE = frozenset({"active"})
ANY = HERE | {"grown", "removed", "expelled", "left"}
REASON = Input("reason", _("Lý do"), longest=300)

OPERATIONS: dict[str, Operation] = {
    "defer": Operation(
        _("Hoãn sinh hoạt"),
        (Input("until_day", _("Đến ngày"), "date"),),
        ACTIVE,
        lambda db, member, act: members.defer(db, member, day("until_day"), act),
    ),
    "resume": Operation(_("Sinh hoạt trở lại"), (), frozenset({"away", "deferred"}), members.resume),
    "award": Operation(
        _("Khen thưởng"),
        (Input("title", _("Hình thức khen thưởng"), longest=200),),
        ANY,
        lambda db, member, act: members.award(db, member, brief("title", 200), act),
    ),
    "grade": Operation(
        _("Xếp loại năm"),
        (Input("year", _("Năm"), "number"), Input("grade", _("Xếp loại"), "select", ("grade", GRADES))),
        HERE,
        lambda db, member, act: members.grade(db, member, _number("year"), text("grade"), act),
    ),
    "due": Operation(
        _("Thu đoàn phí"),
        (Input("month", _("Tháng (một ngày trong tháng)"), "date"), Input("amount", _("Số tiền (đồng)"), "number")),
        HERE,
        lambda db, member, act: members.pay_due(db, member, day("month"), _number("amount"), act),
    ),
    "card": Operation(
        _("Cấp lại thẻ"),
        (Input("card_number", _("Số thẻ mới"), longest=20), REASON),
        HERE,
        lambda db, member, act: members.reissue_card(
            db, member, brief("card_number", 20).upper(), brief("reason", 300), act
        ),
    ),
    "discipline": Operation(
        _("Kỷ luật"),
        (Input("penalty", _("Hình thức"), "select", ("penalty", PENALTIES)), REASON),
        HERE,
        lambda db, member, act: members.discipline(db, member, text("penalty"), brief("reason", 300), act),
    ),
    "grow_up": Operation(
        _("Trưởng thành đoàn"),
        (Input("certificate", _("Số giấy chứng nhận"), longest=60),),
        HERE,
        lambda db, member, act: members.grow_up(db, member, brief("certificate", 60), act),
    ),
    "remove": Operation(
        _("Xóa tên"), (REASON,), HERE, lambda db, member, act: members.remove(db, member, brief("reason", 300), act)
    ),
}
