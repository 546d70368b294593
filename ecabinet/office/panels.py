"""What other features show on the page of a document: its files, its tasks, where it was sent, its thread.

A feature gives the application a :class:`Panel`; the page shows them in the order of the application's list.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup
from sqlalchemy.orm import Session

from ecabinet.office.desk import Seen


@dataclass(frozen=True)
class Panel:
    """``render`` gives a piece of the page in the language of the reader, "" for nothing. ``wide``: among the main
    things of the page, not at its side.
    """

    name: str
    render: Callable[[Session, Seen], str]
    wide: bool = False


@dataclass(frozen=True)
class Shown:
    """A panel that has something to say."""

    name: str
    wide: bool
    html: Markup


def shown(db: Session, seen: Seen) -> list[Shown]:
    """The panels of a document for the one who looks at it."""
    panels: tuple[Panel, ...] = current_app.extensions["ecabinet.office_panels"]
    pieces = ((panel, panel.render(db, seen).strip()) for panel in panels)
    # What a template made: its values are escaped there.
    return [Shown(panel.name, panel.wide, Markup(html)) for panel, html in pieces if html]  # noqa: S704
