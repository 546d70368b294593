"""One clerk who takes numbers as fast as they are given, as a process of its own that can be killed:
``python -m ecabinet.bench.office_clerk DATABASE_URL HOW_MANY SERIES…``. A line for each number that is durable: the
series and the number.
"""

import sys
from datetime import UTC, datetime

from documents.database import Database
from ecabinet.clock import ZONE
from ecabinet.office import series


def main(url: str, many: int, wanted: list[int]) -> None:
    """Take ``many`` numbers, of the series in turn; each in a transaction of its own."""
    database = Database(url, pool_size=1)
    for turn in range(many):
        now = datetime.now(UTC)
        with database.writing() as db:
            number = series.take(
                db, series.lock(db, wanted[turn % len(wanted)]), now.astimezone(ZONE).date(), series.Act(None, now)
            )
            taken = f"{number.series_id} {number.number}"
        print(taken, flush=True)
    database.dispose()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(one) for one in sys.argv[3:]])
