"""Who may do what. Pure: a person with roles on units, a table of what each role allows, and the subtree question.

A role on a unit holds for the whole subtree of that unit. A unit's path lists the ids from the root down, each
followed by a slash ("1/5/312/"), so "inside the subtree" is "the path starts with": one indexed range condition in
SQL, no recursion.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_

from documents.errors import Forbidden


class Role(StrEnum):
    """Roles on units, named as in the offices that use them."""

    ADMINISTRATOR = "administrator"
    REGISTRY_OFFICER = "registry_officer"
    SECRETARY = "secretary"
    CLERK = "clerk"
    LEADER = "leader"
    OFFICIAL = "official"


class Permission(StrEnum):
    """What can be allowed on a unit."""

    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_REGISTRY = "manage_registry"
    HOLD_MEETINGS = "hold_meetings"
    READ_PAPERS = "read_papers"
    APPROVE = "approve"
    KEEP_ARCHIVE = "keep_archive"
    BREAK_LOANS = "break_loans"
    KEEP_REGISTERS = "keep_registers"
    ASSIGN = "assign"
    DRAFT = "draft"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {Permission.MANAGE_ACCOUNTS, Permission.MANAGE_REGISTRY, Permission.KEEP_ARCHIVE, Permission.BREAK_LOANS}
    ),
    Role.REGISTRY_OFFICER: frozenset({Permission.MANAGE_REGISTRY}),
    Role.SECRETARY: frozenset({Permission.HOLD_MEETINGS, Permission.READ_PAPERS, Permission.DRAFT}),
    Role.CLERK: frozenset(
        {Permission.READ_PAPERS, Permission.KEEP_ARCHIVE, Permission.KEEP_REGISTERS, Permission.DRAFT}
    ),
    Role.LEADER: frozenset({Permission.READ_PAPERS, Permission.APPROVE, Permission.ASSIGN, Permission.DRAFT}),
    Role.OFFICIAL: frozenset({Permission.DRAFT}),
}


@dataclass(frozen=True)
class Person:
    """The one who asks, as far as access is concerned: computed once a request or a socket connection.

    ``roles`` pairs a role with the path of the unit it was given on; ``labels`` are the access labels that open papers.
    """

    account_id: int
    member_id: int
    name: str
    unit_path: str
    roles: tuple[tuple[Role, str], ...]
    labels: frozenset[str]

    def may(self, permission: Permission, unit_path: str) -> bool:
        """Whether some role of this person allows it on the unit with that path."""
        return any(permission in GRANTS[role] and unit_path.startswith(path) for role, path in self.roles)

    def require(self, permission: Permission, unit_path: str) -> None:
        """Raise :class:`Forbidden` unless allowed."""
        if not self.may(permission, unit_path):
            raise Forbidden

    def paths(self, permission: Permission) -> tuple[str, ...]:
        """The paths of the units on which a role allows it."""
        return tuple(path for role, path in self.roles if permission in GRANTS[role])


def within(column: Any, path: str) -> ColumnElement[bool]:
    """SQL: the unit path in ``column`` lies in the subtree of ``path``. "0" is the character after the slash."""
    return and_(column >= path, column < path[:-1] + "0")


def ancestors(path: str) -> tuple[int, ...]:
    """The unit ids from the root down to the unit of this path, itself included."""
    return tuple(int(part) for part in path.split("/") if part)


def unit_label(unit_id: int) -> str:
    """Opens a paper to every member of the unit's subtree."""
    return f"unit:{unit_id}"


def office_label(unit_id: int) -> str:
    """Opens a paper to those who may read the papers of this unit by their role."""
    return f"office:{unit_id}"


def preparing_label(unit_id: int) -> str:
    """Opens a paper to those who prepare or approve what goes out from this unit."""
    return f"preparing:{unit_id}"


def holding_label(unit_id: int) -> str:
    """Opens what concerns a meeting to those who hold the meetings of this unit."""
    return f"holding:{unit_id}"


ARCHIVE = "archive:"


def archive_label(unit_id: int) -> str:
    """Opens what was handed to the archive of this unit to those who keep it."""
    return f"{ARCHIVE}{unit_id}"


def meeting_label(meeting_id: int) -> str:
    """Opens a paper to those invited to this meeting."""
    return f"meeting:{meeting_id}"


def running_label(meeting_id: int) -> str:
    """Opens a paper to those who run this meeting, before the others have it."""
    return f"running:{meeting_id}"


def member_label(member_id: int) -> str:
    """Opens a paper to one member."""
    return f"member:{member_id}"
