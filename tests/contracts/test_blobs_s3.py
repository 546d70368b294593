"""What only an S3 store does: links, versions, locks; and its faults, each said plainly. On a real S3 server."""

import io
import json
import uuid
from datetime import UTC, datetime, timedelta

import minio.time
import pytest
import urllib3
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from documents.blobs import BlobLocked, StoreDown
from documents.stores import open_blobs

NOWHERE = "0" * 64


@pytest.fixture
def opened(s3_server):
    """Call it for a store with a bucket of its own, of these options."""

    def make(options=""):
        address = f"s3://{s3_server.endpoint}/test-{uuid.uuid4().hex}?secure=0{options}"
        store = open_blobs(address, s3_server.access_key, s3_server.secret_key)
        store.create_bucket()
        return store

    return make


def put(blobs, content: bytes):
    return blobs.put(io.BytesIO(content))


def versions(store):
    found = store.client.list_objects(bucket_name=store.bucket, recursive=True, include_version=True)
    return [one for one in found if one.object_name.startswith("blobs/")]


def test_a_link_serves_the_file_under_its_vietnamese_name_and_is_nobodys_key(opened):
    store = opened()
    blob = put(store, b"noi dung")
    link = store.link(blob.sha256, 60, "application/pdf", "Đề án “thanh niên”.pdf")
    answer = urllib3.request("GET", link)
    assert (answer.status, answer.data) == (200, b"noi dung")
    assert answer.headers["Content-Type"] == "application/pdf"
    name = "%C4%90%E1%BB%81%20%C3%A1n%20%E2%80%9Cthanh%20ni%C3%AAn%E2%80%9D.pdf"
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert urllib3.request("GET", link.split("?")[0]).status == 403
    assert urllib3.request("GET", link.replace(blob.sha256, NOWHERE)).status == 403
    assert [one.object_name for one in versions(store)] == [f"blobs/{blob.sha256}"]


def test_a_link_ends(opened, monkeypatch):
    store = opened()
    blob = put(store, b"x")
    real = minio.time.utcnow
    monkeypatch.setattr("minio.time.utcnow", lambda: real() - timedelta(minutes=2))
    assert urllib3.request("GET", store.link(blob.sha256, 60, "text/plain", "a")).status == 403


def test_where_versions_are_kept_deleting_deletes_them_all(opened):
    store = opened()
    store.client.set_bucket_versioning(bucket_name=store.bucket, config=VersioningConfig(ENABLED))
    blob = put(store, b"x")
    store.client.remove_object(bucket_name=store.bucket, object_name=f"blobs/{blob.sha256}")  # by hand: only hidden
    assert len(versions(store)) == 2
    assert not store.exists(blob.sha256)
    put(store, b"x")
    assert store.delete(blob.sha256)
    assert versions(store) == []


def test_what_is_locked_is_deleted_by_nobody(opened):
    store = opened("&lock_days=3")
    store.check()
    blob = put(store, b"kept by law")
    with pytest.raises(BlobLocked, match=f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"):
        store.delete(blob.sha256)
    assert b"".join(store.open(blob.sha256)) == b"kept by law"


def test_the_same_bytes_are_not_sent_twice_while_they_are_young(opened):
    store = opened()
    blob = put(store, b"x")
    first = next(store.stored()).put_at
    put(store, b"x")
    assert next(store.stored()).put_at == first
    store.FRESH = timedelta()
    # S3 tells the time in whole seconds, so it may take a few.
    assert any(put(store, b"x") == blob and next(store.stored()).put_at > first for _ in range(1000))


def s3(endpoint, key, secret, bucket="nothing-here"):
    return open_blobs(f"s3://{endpoint}/{bucket}?secure=0", key, secret)


def test_s3_faults_are_said_plainly(s3_server, opened):
    with pytest.raises(StoreDown, match="bucket 'nothing-here' does not exist"):
        s3(s3_server.endpoint, s3_server.access_key, s3_server.secret_key).check()
    with pytest.raises(StoreDown, match=r"secret key is wrong|may not use"):
        s3(s3_server.endpoint, s3_server.access_key, "wrong", opened().bucket).check()
    with pytest.raises(StoreDown, match=r"access key is unknown|may not use"):
        s3(s3_server.endpoint, "nobody", "wrong", opened().bucket).check()


def test_a_bucket_that_may_only_be_read_is_said(opened):
    store = opened()
    denied = {"Effect": "Deny", "Principal": "*", "Action": ["s3:PutObject"]}
    policy = {"Version": "2012-10-17", "Statement": [denied | {"Resource": [f"arn:aws:s3:::{store.bucket}/*"]}]}
    store.client.set_bucket_policy(bucket_name=store.bucket, policy=json.dumps(policy))
    with pytest.raises(StoreDown, match="but not write to it"):
        store.check()


def test_a_lock_that_the_bucket_cannot_keep_is_said(s3_server, opened):
    address = f"s3://{s3_server.endpoint}/{opened().bucket}?secure=0&lock_days=3"
    with pytest.raises(StoreDown, match="without object lock"):
        open_blobs(address, s3_server.access_key, s3_server.secret_key).check()


@pytest.mark.parametrize(("minutes", "said"), [(31, "31 minutes ahead"), (-31, "31 minutes behind"), (7, "7 minutes")])
def test_a_wrong_clock_is_said_with_how_wrong_it_is(opened, monkeypatch, minutes, said):
    """The clock with which requests are signed is wrong, and the server refuses them, as it would those of a machine
    with a wrong clock.
    """
    store, real = opened(), minio.time.utcnow
    monkeypatch.setattr("minio.time.utcnow", lambda: real() + timedelta(minutes=minutes))
    with pytest.raises(StoreDown, match=said):
        store.check()
    if abs(minutes) > 15:
        with pytest.raises(StoreDown, match="clocks of this machine and of the store differ"):
            list(store.stored())


def test_s3_that_does_not_answer_is_down():
    down = s3("127.0.0.1:9", "key", "secret")
    for use in (down.check, lambda: put(down, b"x"), lambda: down.exists(NOWHERE), lambda: down.open(NOWHERE)):
        with pytest.raises(StoreDown):
            use()


@pytest.mark.parametrize("address", ["s3://host/bucket?lock_days=long", "s3://host/UPPER", "s3://host/ab"])
def test_an_address_with_a_wrong_part_is_refused(address):
    with pytest.raises(ValueError, match=r"lock_days|bucket name"):
        open_blobs(address, "key", "secret")
