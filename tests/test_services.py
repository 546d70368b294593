"""The servers that tests rely on are the real ones: they answer, refuse strangers, and leave nothing behind."""

import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from minio.error import S3Error
from sqlalchemy import create_engine, text

from tests import services

ROOT = Path(__file__).resolve().parent.parent


def test_postgres_speaks_vietnamese(postgres_url):
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION unaccent"))
        assert connection.scalar(text("SELECT unaccent('Nghị quyết')")) == "Nghi quyet"
        assert connection.scalar(text("SHOW server_encoding")) == "UTF8"
    engine.dispose()


def test_each_postgres_database_is_new(new_postgres_database):
    first, second = new_postgres_database(), new_postgres_database()
    assert first != second
    with psycopg.connect(first.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE only_here (id int)")
    with psycopg.connect(second.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_s3_keeps_what_it_is_given(s3_server):
    client = s3_server.client()
    client.make_bucket(bucket_name="papers")
    client.put_object(bucket_name="papers", object_name="tờ trình.pdf", data=io.BytesIO(b"%PDF-"), length=5)
    answer = client.get_object(bucket_name="papers", object_name="tờ trình.pdf", offset=1, length=3)
    assert answer.read() == b"PDF"
    answer.close()


def test_s3_refuses_a_wrong_secret(s3_server):
    with pytest.raises(S3Error) as refused:
        s3_server.client(secret_key="wrong" * 8).list_buckets()
    assert refused.value.code == "SignatureDoesNotMatch"


def test_redis_carries_messages(redis_url):
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as listener:
        listener.subscribe("room")
        assert listener.get_message(timeout=5)["type"] == "subscribe"
        client.publish("room", "mở biểu quyết")
        assert listener.get_message(timeout=5)["data"].decode() == "mở biểu quyết"


def test_chromium_starts(chromium_path):
    version = subprocess.run([chromium_path, "--version"], capture_output=True, text=True, check=True).stdout
    assert "Chrom" in version


def test_node_is_new_enough(node_path):
    major = subprocess.run([node_path, "-p", "process.versions.node.split('.')[0]"], capture_output=True, check=True)
    assert int(major.stdout) >= 20


def test_a_killed_run_leaves_no_server_behind():
    program = (
        "from tests import services\n"
        "with services.redis_server() as server, services.postgres() as database:\n"
        "    print(server.url, database.port, flush=True)\n"
        "    input()\n"
    )
    with services.folder("killed") as temporary:
        temporary.chmod(0o755)
        run = subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, env=os.environ | {"TMPDIR": str(temporary)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        url, port = run.stdout.readline().decode().split()
        with redis.Redis.from_url(url) as client:
            assert client.ping()
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        services.wait_until(lambda: not _listens(int(url.split(":")[2].split("/")[0])), "the end of Redis")
        services.wait_until(lambda: not _listens(int(port)), "the end of PostgreSQL")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
