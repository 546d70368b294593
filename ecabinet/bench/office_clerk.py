"""Clerks who take numbers as fast as they are given, in a process of their own that can be killed:
``python -m ecabinet.bench.office_clerk DATABASE_URL CLERKS HOW_MANY_EACH SERIES…``. A line for each number that is
durable: the series and the number; "busy" for one that has to be asked for again.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from documents.database import Database
from documents.errors import Busy
from ecabinet.clock import ZONE
from ecabinet.office import series


def main(url: str, clerks: int, many: int, wanted: list[int]) -> None:
    """Each clerk takes so many, of the series in turn; each number in a transaction of its own."""
    database = Database(url, pool_size=clerks)

    def clerk(first: int) -> None:
        for turn in range(first, first + many):
            while not (taken := _take(database, wanted[turn % len(wanted)])):
                sys.stdout.write("busy\n")
            sys.stdout.write(taken)
            sys.stdout.flush()

    with ThreadPoolExecutor(clerks) as pool:
        list(pool.map(clerk, range(clerks)))
    database.dispose()


def _take(database: Database, series_id: int) -> str:
    """The line of a number taken; empty where SQLite let others go first for half a minute."""
    now = datetime.now(UTC)
    try:
        with database.writing() as db:
            held = series.lock(db, series_id)
            number = series.take(db, held, now.astimezone(ZONE).date(), series.Act(None, now)).number
    except Busy:
        return ""
    return f"{series_id} {number}\n"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), [int(one) for one in sys.argv[4:]])
