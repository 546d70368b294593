"""Rules of assigning and reporting from plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem

LONGEST_TEXT = 2000
LAST_DUE = timedelta(days=3660)
MOST = 200
"""Members and units that one document is given to."""


class Role(StrEnum):
    """What somebody is to do with a document: see to it, take part, know of it."""

    LEAD = "lead"
    HELP = "help"
    INFO = "info"


@dataclass(frozen=True)
class Whom:
    """A member or a unit, and what they are to do."""

    role: Role
    member_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class Order:
    """What a leader decides: whom, the instruction (bút phê), by when."""

    whom: Sequence[Whom]
    instruction: str
    due_on: date | None


def check_order(order: Order, today: date, *, secret: bool) -> None:
    """Raise :class:`Invalid` naming every fault by its field. Somebody is in charge, unless all are only to know of
    it; a secret document goes to people by name, never to a unit.
    """
    faults: dict[str, Problem] = {}
    if not order.whom:
        faults["whom"] = Problem("assign_nobody")
    elif Role.HELP in (roles := {one.role for one in order.whom}) and Role.LEAD not in roles:
        faults["whom"] = Problem("assign_no_lead")
    elif len(order.whom) > MOST:
        faults["whom"] = Problem("assign_too_many", limit=MOST)
    elif secret and any(one.unit_id is not None for one in order.whom):
        faults["whom"] = Problem("secret_to_unit")
    if len(order.instruction) > LONGEST_TEXT:
        faults["instruction"] = Problem("too_long", limit=LONGEST_TEXT)
    if order.due_on is not None and order.due_on < today:
        faults["due_on"] = Problem("task_due_past")
    elif order.due_on is not None and order.due_on > today + LAST_DUE:
        faults["due_on"] = Problem("task_too_far")
    if faults:
        raise Invalid(faults)


@dataclass(frozen=True)
class Report:
    """What somebody says of their part: words, per cent."""

    text: str
    percent: int | None = None


def check_report(report: Report, *, final: bool) -> None:
    """Raise :class:`Invalid`; a final report has words, any other also how far it is."""
    faults: dict[str, Problem] = {}
    if not report.text:
        faults["text"] = Problem("missing")
    elif len(report.text) > LONGEST_TEXT:
        faults["text"] = Problem("too_long", limit=LONGEST_TEXT)
    if not final and (report.percent is None or not 0 <= report.percent <= 100):
        faults["percent"] = Problem("not_in_range", low=0, high=100)
    if faults:
        raise Invalid(faults)
