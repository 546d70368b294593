"""Which rows refer to which blobs, in whatever tables there are."""

from collections.abc import Collection

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from documents.database import Base


def blob_tables() -> list[Table]:
    """The tables whose rows refer to blobs: those that have a column ``sha256``. One that may be empty only announces
    what somebody is going to send.
    """
    return [table for table in Base.metadata.sorted_tables if "sha256" in table.c and not table.c.sha256.nullable]


def used(db: Session, sha256s: Collection[str]) -> set[str]:
    """Those of these blobs that some row refers to."""
    return {
        sha256
        for table in blob_tables()
        for sha256 in db.scalars(select(table.c.sha256).where(table.c.sha256.in_(sha256s)).distinct())
    }


def referring(db: Session, sha256: str, most: int = 3) -> list[str]:
    """Some of the rows that refer to a blob, as "version:12", at most so many of each table."""
    named: list[str] = []
    for table in blob_tables():
        keys = [column for column in table.primary_key if column.name != "sha256"]
        rows = db.execute(select(*keys).where(table.c.sha256 == sha256).order_by(*keys).limit(most))
        named += [f"{table.name}:{'/'.join(map(str, row))}" for row in rows]
    return named
