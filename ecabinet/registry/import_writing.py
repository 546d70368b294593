"""New members on their way into the tables: thousands a second, each with the line that its timeline begins with."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

from psycopg import IntegrityError as Refused
from sqlalchemy import ARRAY, Connection, Date, FromClause, Integer, String, func, insert, literal, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import Instant
from ecabinet.registry.history_models import MemberEvent
from ecabinet.registry.import_rows import COLUMNS
from ecabinet.registry.rules import MemberEventKind

MEMBER_COLUMNS = ("unit_id", *COLUMNS)
_NAMES = ", ".join(("id", *MEMBER_COLUMNS))
CHUNK = 1_000
"""So many members are handed over at once: enough that the hand-over costs nothing, few enough to begin early."""

Row = tuple[Any, ...]
"""The values of :data:`MEMBER_COLUMNS`."""


class Writing:
    """The new members of one batch, in its transaction.

    PostgreSQL writes them while our process goes on with the rows that follow. Until :meth:`finish` the connection is
    busy: whoever adds asks nothing of the database meanwhile. SQLite writes in our own process, at once.
    """

    def __init__(self, db: Session, run_id: int, by: int, now: datetime, today: date) -> None:
        self._connection = db.connection()
        self._run_id, self._by, self._now, self._today = run_id, by, now, today
        self._rows: list[Row] = []
        self._postgres = self._connection.dialect.name == "postgresql"
        self._lane = ThreadPoolExecutor(1, "import-writing") if self._postgres else None
        self._under_way: list[Future[None]] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == CHUNK:
            self._hand_over()

    def finish(self) -> None:
        """All that was added is in the tables; raises IntegrityError for who has come into them meanwhile."""
        if self._rows:
            self._hand_over()
        try:
            for each in self._under_way:
                each.result()
        finally:
            self.close()

    def close(self) -> None:
        """Wait for what is under way, whatever comes of it: the connection is free again."""
        if self._lane is not None:
            self._lane.shutdown(cancel_futures=True)

    def _hand_over(self) -> None:
        rows, self._rows = self._rows, []
        if self._lane is None:
            self._write(rows)
        else:
            self._under_way.append(self._lane.submit(self._write, rows))

    def _write(self, rows: list[Row]) -> None:
        ids = _new_ids(self._connection, len(rows))
        numbered = [(member_id, *row) for member_id, row in zip(ids, rows, strict=True)]
        if self._postgres:
            _copy(self._connection, numbered)
        else:
            places = ", ".join("?" * (1 + len(MEMBER_COLUMNS)))
            self._connection.exec_driver_sql(f"INSERT INTO member ({_NAMES}) VALUES ({places})", numbered)  # noqa: S608
        self._say_entered(ids)

    def _say_entered(self, ids: Sequence[int]) -> None:
        said = (
            (MemberEvent.kind, literal(MemberEventKind.ENTERED.value, String)),
            (MemberEvent.on_day, literal(self._today, Date)),
            (MemberEvent.decision, literal("", String)),
            (MemberEvent.details, literal({"import": self._run_id}, MemberEvent.details.type)),
            (MemberEvent.recorded_by, literal(self._by, Integer)),
            (MemberEvent.recorded_at, literal(self._now, Instant)),
        )
        each = numbers_table(self._connection, ids)
        self._connection.execute(
            insert(MemberEvent).from_select(
                [MemberEvent.member_id, *(column for column, _value in said)],
                select(each.c.value, *(value for _column, value in said)),
            )
        )


def numbers_table(connection: Connection, numbers: Sequence[int]) -> FromClause:
    """The numbers as a table with the column ``value``, from one parameter."""
    joined = ",".join(map(str, numbers))
    if connection.dialect.name == "postgresql":
        numbers_of = func.string_to_array(joined, ",").cast(ARRAY(Integer))
        return func.unnest(numbers_of).table_valued("value").render_derived()
    return func.json_each(f"[{joined}]").table_valued("value")


def _new_ids(connection: Connection, number: int) -> list[int]:
    if connection.dialect.name == "postgresql":
        # the name of the sequence is looked up once, not for each number; one row to fetch
        name = "(SELECT CAST(pg_get_serial_sequence('member', 'id') AS regclass))"
        drawn = f"SELECT nextval({name}) AS id FROM generate_series(1, :number)"  # noqa: S608 - a constant
        ids = text(f"SELECT string_agg(CAST(id AS text), ',') FROM ({drawn}) AS drawn")  # noqa: S608 - a constant
        return list(map(int, connection.scalars(ids, {"number": number}).one().split(",")))
    # SQLite has one writer at a time, and this is it
    last = connection.scalar(text("SELECT COALESCE(MAX(id), 0) FROM member")) or 0
    return list(range(last + 1, last + 1 + number))


def _copy(connection: Connection, rows: Sequence[Row]) -> None:
    """As the table has them, by COPY: five times as fast as inserts of the mapper."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a checked-out connection has one
    statement = f"COPY member ({_NAMES}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except Refused as refused:
        raise IntegrityError(statement, None, refused) from refused
