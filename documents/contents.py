"""What an index is made from: by default the documents; an application may have more that is to be found."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from documents import queries
from documents.search import Entry


class Contents(Protocol):
    """Everything that is to be found, by its keys."""

    def read(self, db: Session, keys: Sequence[str] | None = None) -> Iterable[Entry]:
        """The entries of these keys, or all; none for a key of what is gone. A few at a time in memory."""

    def count(self, db: Session) -> int:
        """How many things there are, at least."""


class Documents:
    """The documents alone."""

    def read(self, db: Session, keys: Sequence[str] | None = None) -> Iterable[Entry]:
        ids = None if keys is None else [number for key in keys if (number := queries.document_of(key)) is not None]
        return queries.entries(db, ids)

    def count(self, db: Session) -> int:
        return queries.count_documents(db)


DOCUMENTS = Documents()
