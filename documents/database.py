"""One database: what every table shares, and the two kinds of transaction.

Every change goes through :meth:`Database.writing`, which commits once at its end and only then tells the
listeners what changed. SQLite writers take the write lock at BEGIN (``BEGIN IMMEDIATE``): a transaction that
reads first and upgrades later would fail with "database is locked" instead of waiting its turn.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from documents.errors import Busy

log = logging.getLogger(__name__)

Change = tuple[str, int]
"""What changed: (kind, id), for example ``("poll", 7)``."""

SQLITE_BUSY_SECONDS = 30.0


class Base(DeclarativeBase):
    """Common base: constraint names are fixed, so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Naive values are refused; SQLite, which keeps no zone, gives aware ones back too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An engine with its two entry points, :meth:`reading` and :meth:`writing`.

    ``followers`` are called before each commit with the changes recorded so far; what they write is part of the same
    transaction. ``listeners`` are called after each commit with the distinct changes in the order they were recorded.
    They must be quick; one that raises is logged, because the commit has already happened.
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = make_url(url)
        self.followers: list[Callable[[Session, list[Change]], None]] = []
        self.listeners: list[Callable[[list[Change]], None]] = []
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        # An error that names the statement must not carry its values into a log: ballots and personal data are there.
        options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 20, "hide_parameters": True}
        if self.is_sqlite:
            options["connect_args"] = {"check_same_thread": False, "timeout": SQLITE_BUSY_SECONDS}
        else:
            options["pool_pre_ping"] = True
        self.engine: Engine = create_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            event.listen(self.engine, "reset", _end_sqlite)
        self._writer = self.engine.execution_options(ecabinet_writes=True)
        # SQLite's own waiting is a lottery of naps: the writers of this process wait in a line instead.
        self._turn = threading.Lock()
        self._joined: ContextVar[Session | None] = ContextVar("joined", default=None)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that is always rolled back: for showing, never for changing."""
        if (joined := self._joined.get()) is not None:
            yield joined
            return
        with Session(self.engine, autoflush=False, expire_on_commit=False) as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction committed at the end of the block; an exception rolls everything back. :class:`Busy` when
        SQLite lets others write for :data:`SQLITE_BUSY_SECONDS`.
        """
        if (joined := self._joined.get()) is not None:
            with joined.begin_nested():
                yield joined
            return
        with self._in_turn(), Session(self._writer, expire_on_commit=False) as db:
            yield db
            if recorded := list(db.info.get("changes", ())):
                for follow in self.followers:
                    follow(db, recorded)
            db.commit()
            changes: dict[Change, None] = db.info.pop("changes", {})
        if changes:
            self._tell(list(changes))

    @contextmanager
    def together(self) -> Iterator[Session]:
        """One transaction that every :meth:`reading` and :meth:`writing` within joins: committed at the end of this
        block, with all of theirs; an exception rolls all of them back.
        """
        with self.writing() as db:
            token = self._joined.set(db)
            try:
                yield db
            finally:
                self._joined.reset(token)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=SQLITE_BUSY_SECONDS):
            raise Busy
        try:
            yield
        except OperationalError as error:
            if "is locked" in str(error.orig):  # by another process
                raise Busy from error
            raise
        finally:
            self._turn.release()

    def _tell(self, changes: list[Change]) -> None:
        for listener in self.listeners:
            try:
                listener(changes)
            except Exception:
                # The commit stands: raising here would make the caller believe, and perhaps do again, what is done.
                log.exception("a listener failed on %s", changes)

    def dispose(self) -> None:
        self.engine.dispose()


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """The database holds a column to the values of an enumeration."""
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def changed(db: Session, kind: str, key: int) -> None:
    """Record on the transaction that something changed; the listeners hear of it after the commit."""
    db.info.setdefault("changes", {})[(kind, key)] = None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: _begin_sqlite decides which kind it is.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten: an emptied urn, a withdrawn number
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("ecabinet_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _end_sqlite(connection: Any, _record: Any, _state: Any) -> None:
    # A COMMIT that failed (a deferred constraint, a full disk) leaves SQLite inside its transaction, while SQLAlchemy
    # takes it for ended: the connection would go back to the pool with the write lock in its hand.
    if connection.in_transaction:
        connection.rollback()
