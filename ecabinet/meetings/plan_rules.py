"""A meeting as a plan, from plain values: what is taken from a former meeting or a template for a new one.

It is stored as JSON. People are not in it but as the roles and positions in which they are wanted again.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from documents.errors import Invalid, Problem

LONGEST_NAME = 200


@dataclass(frozen=True)
class Presenter:
    """Who presents an item: by role in the meeting, else by position, else the name of last time."""

    name: str
    title: str = ""
    role: str = ""


@dataclass(frozen=True)
class ItemPlan:
    """An item of the agenda; ``due`` is how many minutes before the beginning its papers are to be submitted."""

    depth: int
    kind: str
    title: str
    minutes: int
    description: str = ""
    hidden: bool = False
    presenters: tuple[Presenter, ...] = ()
    due: int | None = None


@dataclass(frozen=True)
class RolePlan:
    """Who chairs and who is secretary: the same member if invited again, else whoever holds the position."""

    role: str
    member_id: int
    title: str


@dataclass(frozen=True)
class Plan:
    """A meeting to be made. ``quorum`` and ``quorum_units`` are fractions; ``votes`` are written by voting."""

    title: str
    place: str
    minutes: int
    quorum: tuple[int, int]
    quorum_units: tuple[int, int] | None = None
    numbering: str = "decimal"
    approves_papers: bool = False
    room_id: int | None = None
    items: tuple[ItemPlan, ...] = ()
    roles: tuple[RolePlan, ...] = ()
    votes: tuple[dict[str, Any], ...] = ()

    @property
    def total(self) -> int:
        """Minutes of all items without items below them."""
        return sum(
            item.minutes
            for n, item in enumerate(self.items)
            if n + 1 == len(self.items) or self.items[n + 1].depth <= item.depth
        )


def written(plan: Plan) -> dict[str, Any]:
    """As JSON."""
    return asdict(plan)


def read(stored: dict[str, Any]) -> Plan:
    """From what is stored."""
    units = stored["quorum_units"]
    return Plan(
        **stored
        | {
            "quorum": _pair(stored["quorum"]),
            "quorum_units": _pair(units) if units else None,
            "items": tuple(
                ItemPlan(**item | {"presenters": tuple(Presenter(**one) for one in item["presenters"])})
                for item in stored["items"]
            ),
            "roles": tuple(RolePlan(**role) for role in stored["roles"]),
            "votes": tuple(stored["votes"]),
        }
    )


def _pair(values: Sequence[int]) -> tuple[int, int]:
    above, below = values
    return above, below


@dataclass(frozen=True)
class Invited:
    """Somebody invited anew."""

    id: int
    member_id: int
    name: str
    unit_name: str
    title: str
    role: str


def roles_now(plan: Plan, people: Sequence[Invited]) -> dict[int, str]:
    """Participant id → role: for those of last time who are invited again, else for the one who holds the position."""
    found: dict[int, str] = {}
    for wanted in plan.roles:
        again = [one for one in people if one.member_id == wanted.member_id]
        in_office = [one for one in people if wanted.title and one.title == wanted.title]
        chosen = again or (in_office if len(in_office) == 1 else [])
        if chosen and chosen[0].id not in found:
            found[chosen[0].id] = wanted.role
    return found


def presenters_now(item: ItemPlan, people: Sequence[Invited]) -> tuple[str, ...]:
    """The names of those who present an item now, as the agenda takes them: with the unit where two have one name."""
    return tuple(_named(presenter, people) for presenter in item.presenters)


def _named(presenter: Presenter, people: Sequence[Invited]) -> str:
    by_role = [one for one in people if presenter.role and one.role == presenter.role]
    by_title = [one for one in people if presenter.title and one.title == presenter.title]
    same = [one for one in people if one.name == presenter.name]
    chosen = next((some[0] for some in (by_role, same, by_title) if len(some) == 1), None)
    if chosen is None:
        return presenter.name
    twice = sum(one.name == chosen.name for one in people) > 1
    return f"{chosen.name} · {chosen.unit_name}" if twice else chosen.name


def check_name(name: str) -> None:
    """A template has a name."""
    if not name:
        raise Invalid({"name": Problem("missing")})
    if len(name) > LONGEST_NAME:
        raise Invalid({"name": Problem("too_long", limit=LONGEST_NAME)})
