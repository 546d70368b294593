"""Blocks: the parts of a live page, each rendered by one function for the page itself, for pushes and for polling.

A block is the outer HTML of one element, known by its id. A page of a meeting is a *view*; everybody on it sees it as
one *audience*. What is shared is rendered once per audience and pushed to its room; what is personal is fetched by
each page.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypedDict

from sqlalchemy import text
from sqlalchemy.orm import Session


class View(StrEnum):
    """The live pages of a meeting."""

    MEETING = "meeting"
    CONSOLE = "console"
    SCREEN = "screen"
    AGENDA = "agenda"
    SEATS = "seats"


FOR_INVITED = frozenset({View.MEETING, View.SEATS})
"""The views of everybody who is invited; the others are of those who run the meeting."""


class Audience(StrEnum):
    """As what somebody looks on: with a vote or without."""

    VOTER = "voter"
    OBSERVER = "observer"


@dataclass(frozen=True)
class Viewer:
    """Who looks at which live page. ``member_id`` is None when rendering for a whole audience; ``circle``: the items of
    the agenda, of those that are not for all, that this audience sees.
    """

    meeting_id: int
    view: View
    audience: Audience
    locale: str
    member_id: int | None = None
    circle: frozenset[int] = frozenset()

    @property
    def room(self) -> str:
        """The Socket.IO room of everybody who sees the same."""
        inner = "".join(f":{item}" for item in sorted(self.circle))
        return f"meeting:{self.meeting_id}:{self.view}:{self.audience}:{self.locale}{inner}"

    def shared(self) -> "Viewer":
        """The same, for the whole audience."""
        return replace(self, member_id=None)


@dataclass(frozen=True)
class Block:
    """One part of one view. ``kinds`` are the changes that make it stale; ``personal`` ones are never pushed."""

    id: str
    view: View
    kinds: frozenset[str]
    render: Callable[[Session, Viewer], str]
    personal: bool = False


class Rendered(TypedDict):
    """What travels: ``rev`` is the time in microseconds from before the state was read, so later state has more."""

    id: str
    rev: int
    html: str


def member_room(member_id: int) -> str:
    """The room of one member's pages, on every device."""
    return f"member:{member_id}"


def now_rev(db: Session) -> int:
    """A revision for what is about to be read: by the clock of the database server, which all processes share, or of
    the one machine that an SQLite file lives on.
    """
    if db.get_bind().dialect.name == "postgresql":
        return int(db.scalar(text("SELECT extract(epoch FROM clock_timestamp()) * 1000000")) or 0)
    return time.time_ns() // 1000


class BlockTable:
    """All blocks of the application, in the order of the page."""

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        self._blocks = blocks
        self.kinds: set[str] = {kind for block in blocks for kind in block.kinds}

    def page(self, db: Session, viewer: Viewer) -> list[Rendered]:
        """Every block of the viewer's page, personal ones included."""
        rev = now_rev(db)
        return [_rendered(block, db, viewer, rev) for block in self._blocks if block.view == viewer.view]

    def stale(self, db: Session, viewer: Viewer, kinds: set[str]) -> list[Rendered]:
        """The shared blocks of an audience that these changes touch."""
        rev = now_rev(db)
        hit = [b for b in self._blocks if b.view == viewer.view and not b.personal and b.kinds & kinds]
        return [_rendered(block, db, viewer.shared(), rev) for block in hit]

    def touches(self, view: View, kinds: set[str]) -> bool:
        """Whether these changes touch anything shared on the view."""
        return any(b.view == view and not b.personal and b.kinds & kinds for b in self._blocks)


def _rendered(block: Block, db: Session, viewer: Viewer, rev: int) -> Rendered:
    return {"id": block.id, "rev": rev, "html": block.render(db, viewer)}
