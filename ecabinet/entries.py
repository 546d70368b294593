"""What can be found: each feature gives its things as entries of the search, and says when they are stale.

The key of an entry is the name of its kind and an id ("task:3"). The application's table knows all kinds; the content
library, which indexes, knows keys and entries only.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from documents.database import Change
from documents.search import Entry

BATCH = 50
SEPARATOR = " · "
"""Between the pieces that the text of an entry is put together from."""

Touched = Callable[[Session, int], Iterable[int]]
"""From the id that a change was recorded with to the ids of the things whose entries it makes stale."""


def itself(_db: Session, key: int) -> Iterable[int]:
    """The change was recorded with the id of the very thing."""
    return (key,)


@dataclass(frozen=True)
class EntryKind:
    """One kind of what can be found.

    ``ids`` is the column of the ids of all that there are, ``titles`` that of what they are called,
    where there is one. ``read`` gives the entries of some of them, none for one
    that is gone or that nobody finds; their labels are those of the page, which is at ``places``. ``touched``: kind of
    change → what it makes stale.
    """

    name: str
    ids: InstrumentedAttribute[int]
    titles: InstrumentedAttribute[str] | None
    read: Callable[[Session, Sequence[int]], Iterable[Entry]]
    places: Callable[[Session, Sequence[int]], Mapping[int, str]]
    touched: Mapping[str, Touched] = field(default_factory=dict)


def key_of(kind: str, number: int) -> str:
    """The key of a thing."""
    return f"{kind}:{number}"


class EntryTable:
    """All kinds of the application."""

    def __init__(self, kinds: Iterable[EntryKind]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}

    def read(self, db: Session, keys: Sequence[str] | None = None) -> Iterator[Entry]:
        """The entries of these keys, or all that there are; a few of them at a time in memory."""
        for name, ids in self._by_kind(db, keys).items():
            for start in range(0, len(ids), BATCH):
                yield from self._kinds[name].read(db, ids[start : start + BATCH])
                db.expunge_all()

    def count(self, db: Session) -> int:
        """How many things there are, those that nobody finds among them."""
        counts = (db.scalar(select(func.count(kind.ids))) for kind in self._kinds.values())
        return sum(number or 0 for number in counts)

    def stale(self, db: Session, changes: Iterable[Change]) -> list[str]:
        """The keys of what these changes make stale, each once."""
        found: dict[str, None] = {}
        for what, number in changes:
            for kind in self._kinds.values():
                if what in kind.touched:
                    found |= {key_of(kind.name, each): None for each in kind.touched[what](db, number)}
        return list(found)

    def titled(self, db: Session, fits: Callable[[str], bool]) -> list[str]:
        """The keys of all whose title fits, the newest first of each kind: what can be asked without an index."""
        found = []
        for kind in self._kinds.values():
            if kind.titles is None:
                continue
            rows = db.execute(select(kind.ids, kind.titles).order_by(kind.ids.desc()).execution_options(yield_per=1000))
            found += [key_of(kind.name, number) for number, title in rows if fits(title)]
        return found

    def places(self, db: Session, keys: Sequence[str]) -> dict[str, str]:
        """The addresses of these things."""
        return {
            key_of(name, number): place
            for name, ids in self._by_kind(db, keys).items()
            for number, place in self._kinds[name].places(db, ids).items()
        }

    def _by_kind(self, db: Session, keys: Sequence[str] | None) -> dict[str, Sequence[int]]:
        if keys is None:
            return {kind.name: db.scalars(select(kind.ids).order_by(kind.ids)).all() for kind in self._kinds.values()}
        found: dict[str, list[int]] = defaultdict(list)
        for key in keys:
            name, _, number = key.partition(":")
            # An index of an older version of the application may know of kinds that there are no more.
            if name in self._kinds and number.isdecimal():
                found[name].append(int(number))
        return dict(found)
