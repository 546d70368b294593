"""Whose members a page or an export is about: the unit and the filter as the address names them."""

from collections.abc import Sequence

from flask import request
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from ecabinet.access import Permission
from ecabinet.clock import today
from ecabinet.fields import asked, day_of
from ecabinet.registry import member_queries, unit_queries
from ecabinet.registry.member_list import UNGRADED, Filter
from ecabinet.registry.members import GRADES
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import ListOrder, MemberStatus, Sex
from ecabinet.web import person

LONGEST_KEY = 300
LACKING = ("card_number", "national_id", "phone", "photo")


def kept_unit(db: Session, unit_id: int) -> Unit:
    """A unit whose registry the person keeps; to anybody else there is none."""
    unit = db.get(Unit, unit_id) if unit_id < 2**31 else None
    if unit is None or not person().may(Permission.MANAGE_REGISTRY, unit.path):
        raise NotFound
    return unit


def asked_unit(db: Session) -> Unit:
    """The same by ``?unit=``; without it the first on which the person was given the registry."""
    asked_id = request.args.get("unit", "")
    if asked_id.isascii() and asked_id.isdigit():
        return kept_unit(db, int(asked_id[:10]))
    units = member_queries.kept_units(db, person())
    if not units:
        raise NotFound
    return units[0]


def seen_member(db: Session, member_id: int) -> tuple[Member, bool]:
    """A member whose registry the person keeps (True), or the person; to anybody else there is none."""
    member = db.get(Member, member_id) if member_id < 2**31 else None
    if member is None:
        raise NotFound
    keeps = person().may(Permission.MANAGE_REGISTRY, member.unit.path)
    if not keeps and member.id != person().member_id:
        raise NotFound
    return member, keeps


def kept_member(db: Session, member_id: int) -> Member:
    """A member whose registry the person keeps; to anybody else there is none."""
    member, keeps = seen_member(db, member_id)
    if not keeps:
        raise NotFound
    return member


def asked_filter(unit: Unit) -> Filter:
    """The filter of the list as the address says it, by the names of its fields; what is none of the known values means
    any.
    """
    grade = _one_of("grade", (*GRADES, UNGRADED))
    return Filter(
        unit.id,
        unit.path,
        sex=_one_of("sex", tuple(Sex)),
        status=_one_of("status", tuple(MemberStatus)) if asked("status", 10) else MemberStatus.ACTIVE.value,
        name=asked("name", 100),
        after=request.args.get("after", "")[:LONGEST_KEY],
        order=ListOrder(_one_of("order", tuple(ListOrder)) or ListOrder.NAME),
        today=today(),
        age_from=_whole("age_from", 150),
        age_to=_whole("age_to", 150),
        joined_from=day_of(asked("joined_from", 10)),
        joined_to=day_of(asked("joined_to", 10)),
        lacking=_one_of("lacking", LACKING),
        grade=grade,
        grade_year=(_whole("grade_year", 2100) or today().year - 1) if grade else 0,
    )


def address_of(wanted: Filter) -> dict[str, str | int]:
    """The filter as the parameters of an address, without those that say nothing and without the place in the list."""
    said: dict[str, str | int] = {"unit": wanted.unit_id, "status": wanted.status or "all"}
    for name in ("name", "sex", "age_from", "age_to", "lacking", "grade", "grade_year"):
        if (value := getattr(wanted, name)) not in ("", None, 0):
            said[name] = value
    for name in ("joined_from", "joined_to"):
        if (day := getattr(wanted, name)) is not None:
            said[name] = day.isoformat()
    if wanted.order != ListOrder.NAME:
        said["order"] = wanted.order.value
    return said


def picked_unit(db: Session) -> tuple[Unit, Sequence[Unit]]:
    """The unit of the page, and, where ``?in_unit=`` names several, those to choose from: its text is a code or a part
    of a name, as typed with or without the suggestions. Raises ``unit_not_found`` when it is none.
    """
    typed = asked("in_unit", 100)
    if not typed:
        return asked_unit(db), ()
    found = unit_queries.receivers(db, person(), typed, limit=30)
    if not found:
        raise Problem("unit_not_found", field="in_unit")
    return (found[0], ()) if len(found) == 1 else (asked_unit(db), found)


def _one_of(name: str, values: tuple[str, ...]) -> str:
    value = asked(name, 20)
    return value if value in values else ""


def _whole(name: str, most: int) -> int | None:
    value = asked(name, 4)
    return int(value) if value.isascii() and value.isdigit() and int(value) <= most else None
