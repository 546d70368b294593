"""Libraries to work in: on one machine's files, and on the grown-up engines."""

import uuid

import pytest
from sqlalchemy import text

from documents.blobs import FolderBlobs
from documents.blobs_s3 import S3Blobs
from documents.database import Database
from documents.search_postgres import DDL, PostgresSearch
from documents.search_whoosh import WhooshSearch
from tests.documents.house import House


@pytest.fixture
def house(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield House(tmp_path, database, FolderBlobs(tmp_path / "blobs"), WhooshSearch(tmp_path / "index"))
    database.dispose()


@pytest.fixture
def big_house(tmp_path, postgres_url, s3_server):
    """PostgreSQL, S3 and the search in PostgreSQL."""
    database = Database(postgres_url)
    with database.writing() as db:
        for statement in DDL:
            db.execute(text(statement))
    blobs = S3Blobs(
        s3_server.endpoint, f"t-{uuid.uuid4().hex}", s3_server.access_key, s3_server.secret_key, secure=False
    )
    blobs.create_bucket()
    yield House(tmp_path, database, blobs, PostgresSearch(database))
    database.dispose()
