"""Whose members a page or an export is about: the unit and the filter as the address names them."""

from flask import request
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet.access import Permission
from ecabinet.fields import asked
from ecabinet.registry import member_queries
from ecabinet.registry.member_queries import Filter
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import MemberStatus, Sex
from ecabinet.web import person


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


def asked_filter(unit: Unit) -> Filter:
    """The filter of the list: ``?sex=&status=&name=&after=``; what is none of the known values means any."""
    sex, status = asked("sex", 10), asked("status", 10) or MemberStatus.ACTIVE.value
    return Filter(
        unit.id, unit.path, sex if sex in set(Sex) else "", "" if status not in set(MemberStatus) else status,
        asked("name", 100), request.args.get("after", "")[:200],
    )  # fmt: skip
