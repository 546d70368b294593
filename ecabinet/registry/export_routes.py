"""Every list as a file: whoever sees a list may take it away, and that they did is on the audit trail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Blueprint, Response, current_app, g
from sqlalchemy.orm import Session

from documents.errors import Forbidden, NotFound, Problem
from ecabinet.access import Permission
from ecabinet.clock import today
from ecabinet.fields import asked, brief, day_of
from ecabinet.registry import export_lists, export_periods, unit_queries
from ecabinet.registry.exports import export_response
from ecabinet.registry.member_queries import Filter
from ecabinet.registry.member_scope import asked_filter, asked_unit, kept_unit
from ecabinet.registry.models import Body
from ecabinet.web import database, engines, person

bp = Blueprint("exports", __name__)

PURPOSE = 200


@bp.get("/members/export/<kind>")
def members(kind: str) -> Response:
    """Those who keep a registry: the members as the list is filtered, without protected numbers."""
    with database().reading() as db:
        wanted = _all_of(asked_filter(asked_unit(db)))
    return export_response(
        kind, "doan-vien", export_lists.MEMBER_HEADER, lambda db: export_lists.members(db, wanted),
        action="export_members", subject=f"unit:{wanted.unit_id}", about=_about(wanted),
    )  # fmt: skip


@bp.post("/members/export/<kind>")
def members_with_numbers(kind: str) -> Response:
    """The same people, for a purpose that they name: with national ids and phone numbers."""
    purpose = brief("purpose", PURPOSE)
    if not purpose:
        raise Problem("purpose_needed", field="purpose")
    with database().reading() as db:
        wanted = _all_of(asked_filter(asked_unit(db)))
    sealer = engines().sealer
    return export_response(
        kind, "doan-vien-co-so", (*export_lists.MEMBER_HEADER, *export_lists.NUMBERS_HEADER),
        lambda db: export_lists.members(db, wanted, sealer),
        action="export_members_numbers", subject=f"unit:{wanted.unit_id}",
        about=_about(wanted) | {"purpose": purpose},
    )  # fmt: skip


def _all_of(wanted: Filter) -> Filter:
    return Filter(**{name: value for name, value in vars(wanted).items() if name != "after"})


def _about(wanted: Filter) -> dict[str, str]:
    return {name: str(value) for name, value in vars(wanted).items() if value and name not in ("unit_id", "path")}


@dataclass(frozen=True)
class Report:
    """What happened in a period: the header of its list, its rows."""

    header: tuple[object, ...]
    rows: Callable[[Session, str, date, date], Iterator[list[str]]]


REPORTS = {
    "movements": Report(export_periods.EVENT_HEADER, export_periods.events),
    "transfers": Report(export_periods.TRANSFER_HEADER, export_periods.transfers),
    "gradings": Report(export_periods.EVENT_HEADER, export_periods.gradings),
    "dues": Report(export_periods.DUE_HEADER, export_periods.dues),
}
"""By the name in the address; their words are the labels "report"."""


@bp.get("/members/reports")
def report() -> Response:
    """Those who keep a registry: what happened in a period, ``?what=movements&from=&until=&kind=xlsx``."""
    what, kind = asked("what", 20), asked("kind", 4)
    if what not in REPORTS:
        raise NotFound
    first = day_of(asked("from", 10)) or today().replace(month=1, day=1)
    last = day_of(asked("until", 10)) or today()
    if last < first:
        raise Problem("day_not_in_range", field="until", first=f"{first:%d/%m/%Y}", last="…")
    with database().reading() as db:
        unit = asked_unit(db)
        subject, path = f"unit:{unit.id}", unit.path
    return export_response(
        kind, what, REPORTS[what].header, lambda db: REPORTS[what].rows(db, path, first, last),
        action=f"export_{what}", subject=subject,
        about={"first": first.isoformat(), "last": last.isoformat()},
    )  # fmt: skip


@bp.get("/units/<int:unit_id>/export/<kind>")
def units(unit_id: int, kind: str) -> Response:
    """Everybody: the units of a subtree, those that they see."""
    me = person()
    with database().reading() as db:
        top = unit_queries.load(db, me, unit_id)
    return export_response(
        kind, "don-vi", export_lists.UNIT_HEADER, lambda db: export_lists.units(db, me, top, _words()),
        action="export_units", subject=f"unit:{unit_id}", about={},
    )  # fmt: skip


@bp.get("/units/<int:unit_id>/bodies/export/<kind>")
def bodies(unit_id: int, kind: str) -> Response:
    """Everybody: who sits in the bodies of a subtree on ``?day=``, as far as they see its units."""
    me, day = person(), day_of(asked("day", 10)) or today()
    with database().reading() as db:
        top = unit_queries.load(db, me, unit_id)
    return export_response(
        kind, "to-chuc", export_lists.BODY_HEADER,
        lambda db: export_lists.bodies(db, export_lists.bodies_of(db, me, top), day, _words()),
        action="export_bodies", subject=f"unit:{unit_id}", about={"day": day.isoformat()},
    )  # fmt: skip


@bp.get("/bodies/<int:body_id>/export/<kind>")
def body(body_id: int, kind: str) -> Response:
    """Those who see the unit: who sits in the body on ``?day=``."""
    day = day_of(asked("day", 10)) or today()
    with database().reading() as db:
        found = db.get(Body, body_id)
        if found is None:
            raise NotFound(f"body {body_id}")
        unit = unit_queries.load(db, person(), found.unit_id)
    return export_response(
        kind, "danh-sach", export_lists.BODY_HEADER,
        lambda db: export_lists.bodies(db, [(found, unit)], day, _words()),
        action="export_body", subject=f"body:{body_id}", about={"day": day.isoformat()},
    )  # fmt: skip


@bp.get("/accounts/export/<kind>")
def accounts(kind: str) -> Response:
    """Administrators: the accounts of the own subtrees with their roles, as the list is searched."""
    me, query = person(), asked("q", 120)
    if not me.paths(Permission.MANAGE_ACCOUNTS):
        raise Forbidden
    return export_response(
        kind, "tai-khoan", export_lists.ACCOUNT_HEADER, lambda db: export_lists.accounts(db, me, query, _words()),
        action="export_accounts", subject=f"account:{me.account_id}", about={"query": query},
    )  # fmt: skip


@bp.get("/units/<int:unit_id>/officials/export/<kind>")
def officials(unit_id: int, kind: str) -> Response:
    """Those who keep the registry of the unit: the full-time officials of its subtree."""
    with database().reading() as db:
        top = kept_unit(db, unit_id)
    return export_response(
        kind, "can-bo", export_lists.official_header(_language()),
        lambda db: export_lists.officials(db, top, _language()),
        action="export_officials", subject=f"unit:{unit_id}", about={},
    )  # fmt: skip


def _words() -> export_lists.Words:
    return cast(export_lists.Words, current_app.jinja_env.globals["label"])


def _language() -> str:
    return "en" if g.get("lang") == "en" else "vi"
