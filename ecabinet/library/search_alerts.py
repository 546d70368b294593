"""What the worker does for saved searches: looks for what is new, with the access that the owner has at that moment."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from documents.search import Query, Search, SearchBroken, Sort
from ecabinet.access import Person
from ecabinet.engines import Engines
from ecabinet.entries import EntryTable
from ecabinet.library import search_address, searches
from ecabinet.library.search_address import Asked
from ecabinet.library.search_models import SavedSearch

MOST = 5000
"""So many of the newest hits are watched."""
EVERY = timedelta(seconds=5)

PersonOf = Callable[[Session, int, datetime], Person | None]
"""The person of an account with all labels, as if they asked now; None for one who may not sign in."""


def found_now(search: Search, asked: Asked, labels: frozenset[str]) -> list[str]:
    """The keys of all that a question finds, the newest first. Raises :class:`SearchBroken`."""
    query = Query(asked.question, labels, asked.filters(), Sort.NEWEST, MOST, facets=False)
    return [hit.key for hit in search.search(query).hits]


def asked_of(saved: SavedSearch) -> Asked:
    """The question that was saved."""
    return search_address.read(saved.question, saved.filters, saved.sort)


class LookTask:
    """Looks at one search in a piece, as :data:`ecabinet.worker.Task` says."""

    def __init__(self, entries: EntryTable, person_of: PersonOf) -> None:
        self._entries = entries
        self._person_of = person_of

    def __call__(self, engines: Engines, now: datetime) -> bool:
        """Look at the one that has waited longest; False when none is due."""
        with engines.database.reading() as db:
            saved = searches.due(db, now)
            person = self._person_of(db, saved.account_id, now) if saved is not None else None
        if saved is None:
            return False
        try:
            new = self._new(engines, saved, person.labels) if person is not None else []
        except SearchBroken:
            new = None
        # Looked up outside the transaction: whoever votes must not wait for it.
        with engines.database.writing() as db:
            held = searches.to_look(db, saved)
            if held is None:
                return True
            if person is None:
                searches.stop(held)
            elif new is None:
                searches.put_off(held, now)
            else:
                searches.looked(db, held, person.member_id, new, now)
        return True

    def _new(self, engines: Engines, saved: SavedSearch, labels: frozenset[str]) -> list[tuple[str, str]]:
        """What it finds that its owner does not know of, as (key, title); the database has the last word on access."""
        found = found_now(engines.search, asked_of(saved), labels)
        with engines.database.reading() as db:
            known = searches.known_of(db, saved.id)
            keys = [key for key in found if key not in known]
            titles = {entry.key: entry.title for entry in self._entries.read(db, keys) if entry.labels & labels}
        return [(key, titles[key]) for key in keys if key in titles]
