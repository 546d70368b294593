"""From an address to a blob store or a search engine. Each brings libraries, loaded only where it is used."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from documents.blobs import Blobs, FolderBlobs
from documents.database import Database
from documents.search import Search


def open_blobs(url: str, access_key: str = "", secret_key: str = "") -> Blobs:
    """``file:<folder>`` or ``s3://host[:port]/bucket?secure=0|1&region=…&lock_days=…``; else raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return FolderBlobs(Path(parts.path))
    bucket = parts.path.strip("/")
    if parts.scheme == "s3" and parts.netloc and bucket and "/" not in bucket:
        # The SDK and what it needs take longer to load than the rest of the library.
        from documents.blobs_s3 import S3Blobs

        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        secure = options.get("secure", "1") not in {"0", "false", "no"}
        lock_days = options.get("lock_days", "0")
        if not lock_days.isdecimal():
            raise ValueError(f"lock_days={lock_days!r} in the address of the blob store: expected a number of days")
        return S3Blobs(
            parts.netloc,
            bucket,
            access_key,
            secret_key,
            secure=secure,
            region=options.get("region") or None,
            lock_days=int(lock_days),
        )
    raise ValueError(f"not the address of a blob store: {url!r} (file:<folder> or s3://host:port/bucket)")


def open_search(url: str, database: Database) -> Search:
    """``whoosh:<folder>`` or ``postgresql:`` (the given database); raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme == "whoosh" and parts.path:
        from documents.search_whoosh import WhooshSearch

        return WhooshSearch(Path(unquote(parts.path)))
    if parts.scheme == "postgresql" and not database.is_sqlite:
        from documents.search_postgres import PostgresSearch

        return PostgresSearch(database)
    raise ValueError(f"not a search engine: {url!r} (whoosh:<folder>, or postgresql: where that is the database)")
