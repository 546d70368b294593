"""Blobs in a bucket of MinIO or any other S3, through the ``minio`` SDK."""

import contextlib
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import IO, Any, BinaryIO, cast
from urllib.parse import quote

import urllib3
from minio import Minio
from minio import time as minio_time
from minio.commonconfig import ENABLED, GOVERNANCE
from minio.datatypes import Object
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.helpers import check_bucket_name
from minio.retention import Retention

from documents.blobs import (
    CHUNK,
    Blob,
    BlobLocked,
    BlobMissing,
    Chunks,
    Stored,
    StoreDown,
    StoreFull,
    clip,
    copy_hashed,
    is_sha256,
    naming_full_disks,
)


class S3Blobs:
    """Objects ``blobs/<sha256>`` of one bucket.

    The stream is first spooled to a temporary file, because its name, the sha256, is known only at its end.
    From there it goes up in one request or, when large, in parts, each with its hash, which the store compares; S3
    shows an object only when it is whole. ``lock_days``: nobody deletes an object for so long after it was put, unless
    it was put without a lock; the bucket must have been made with object lock. What the bucket itself locks by default
    is locked in any case.
    """

    SPOOL_IN_MEMORY = 4 * 1024 * 1024
    FRESH = timedelta(hours=12)
    """Bytes put anew so soon after are not sent again; well below the age from which cleaners take what is unused."""
    MOST_SKEW = timedelta(minutes=5)
    """S3 refuses requests from clocks that are 15 minutes wrong; one that is on its way there is said at the start."""

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        access_key: str,
        secret_key: str,
        *,
        secure: bool,
        region: str | None = None,
        lock_days: int = 0,
    ) -> None:
        check_bucket_name(bucket, strict=True)
        self.endpoint, self.bucket, self.lock_days = endpoint, bucket, lock_days
        self._address = f"{'https' if secure else 'http'}://{endpoint}/"
        # The SDK's own pool waits five minutes for a server that does not answer.
        self._pool = urllib3.PoolManager(
            maxsize=32,
            timeout=urllib3.Timeout(connect=5, read=60),
            retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        )
        self.client = Minio(
            endpoint=endpoint,
            access_key=access_key or None,
            secret_key=secret_key or None,
            secure=secure,
            region=region,
            http_client=self._pool,
        )

    def put(self, stream: IO[bytes], *, lock: bool = True) -> Blob:
        with tempfile.SpooledTemporaryFile(max_size=self.SPOOL_IN_MEMORY) as spooled, naming_full_disks():
            blob = copy_hashed(stream, cast(IO[bytes], spooled))
            there = self._stat(blob.sha256)
            if there is not None and there.size == blob.size and _put_at(there) > minio_time.utcnow() - self.FRESH:
                return blob
            spooled.seek(0)
            with self._naming_failures(blob.sha256):
                self.client.put_object(
                    bucket_name=self.bucket,
                    object_name=_key(blob.sha256),
                    data=cast(BinaryIO, spooled),
                    length=blob.size,
                    retention=self._retention() if lock else None,
                )
        return blob

    def _retention(self) -> Retention | None:
        return Retention(GOVERNANCE, minio_time.utcnow() + timedelta(days=self.lock_days)) if self.lock_days else None

    def open(self, sha256: str, start: int = 0, end: int | None = None) -> Chunks:
        start, end = clip(self.size(sha256), start, end)
        if start == end:
            return _ResponseChunks(None)
        with self._naming_failures(sha256):
            response = self.client.get_object(
                bucket_name=self.bucket, object_name=_key(sha256), offset=start, length=end - start
            )
        return _ResponseChunks(response)

    def size(self, sha256: str) -> int:
        found = self._stat(sha256)
        if found is None:
            raise BlobMissing(sha256)
        return found.size or 0

    def exists(self, sha256: str) -> bool:
        return self._stat(sha256) is not None

    def delete(self, sha256: str, before: datetime | None = None) -> bool:
        there = self._stat(sha256)
        if there is None or (before is not None and _put_at(there) >= before):
            return False
        with self._naming_failures(sha256):
            if not self._keeps_versions():
                self.client.remove_object(bucket_name=self.bucket, object_name=_key(sha256))
                return True
            # Removing the object would only hide it: its versions, and what hides them, go one by one.
            versions = self.client.list_objects(bucket_name=self.bucket, prefix=_key(sha256), include_version=True)
            for version in list(versions):
                self._remove_version(sha256, version)
        return True

    def _remove_version(self, sha256: str, version: Object) -> None:
        key, version_id = _key(sha256), version.version_id
        try:
            self.client.remove_object(bucket_name=self.bucket, object_name=key, version_id=version_id)
        except S3Error as error:
            if error.code != "AccessDenied":
                raise
            held = self.client.get_object_retention(bucket_name=self.bucket, object_name=key, version_id=version_id)
            if held is None:
                raise
            raise BlobLocked(f"{sha256} until {held.retain_until_date:%Y-%m-%d %H:%M} UTC") from error

    def _keeps_versions(self) -> bool:
        return self.client.get_bucket_versioning(bucket_name=self.bucket).status == ENABLED

    def stored(self) -> Iterator[Stored]:
        with self._naming_failures(""):
            for found in self.client.list_objects(bucket_name=self.bucket, prefix=_key(""), recursive=True):
                sha256 = (found.object_name or "").removeprefix(_key(""))
                if is_sha256(sha256):
                    yield Stored(sha256, found.size or 0, _put_at(found))

    def link(self, sha256: str, seconds: int, media_type: str, filename: str) -> str | None:
        return self.client.presigned_get_object(
            bucket_name=self.bucket,
            object_name=_key(sha256),
            expires=timedelta(seconds=seconds),
            response_headers={
                "response-content-type": media_type,
                "response-content-disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
            },
        )

    def check(self) -> None:
        with self._naming_failures(""):
            self._check_clock()
            if not self.client.bucket_exists(bucket_name=self.bucket):
                raise StoreDown(f"the bucket {self.bucket!r} does not exist at {self.endpoint}")
            # HEAD answers are bare status codes; listing makes the store say what is wrong with the credentials.
            next(iter(self.client.list_objects(bucket_name=self.bucket, prefix=_key(""))), None)
            self._check_writing()

    def _check_clock(self) -> None:
        answer = self._pool.request("HEAD", self._address, redirect=False)
        said = answer.headers.get("Date")
        ahead = minio_time.utcnow() - parsedate_to_datetime(said) if said else timedelta()
        if abs(ahead) > self.MOST_SKEW:
            minutes, way = round(abs(ahead) / timedelta(minutes=1)), "ahead of" if ahead > timedelta() else "behind"
            raise StoreDown(
                f"the clock of this machine is {minutes} minutes {way} that of the store at {self.endpoint}: "
                "set both right, S3 refuses more than 15 minutes"
            )

    def _check_writing(self) -> None:
        try:
            self.client.put_object(
                bucket_name=self.bucket,
                object_name="check/written",
                data=io.BytesIO(b"x"),
                length=1,
                retention=self._retention() and Retention(GOVERNANCE, minio_time.utcnow() + timedelta(minutes=1)),
            )
        except S3Error as error:
            if self.lock_days and error.code in _NO_LOCK:
                raise StoreDown(
                    f"the bucket {self.bucket!r} was made without object lock: lock_days asks for it"
                ) from error
            if error.code == "AccessDenied":
                raise StoreDown(f"the access key may read the bucket {self.bucket!r} but not write to it") from error
            raise

    def create_bucket(self) -> None:
        """Make the bucket unless it is there: for the first start of an installation."""
        with self._naming_failures(""):
            if not self.client.bucket_exists(bucket_name=self.bucket):
                self.client.make_bucket(bucket_name=self.bucket, object_lock=bool(self.lock_days))

    def _stat(self, sha256: str) -> Object | None:
        if not is_sha256(sha256):
            return None
        with contextlib.suppress(BlobMissing), self._naming_failures(sha256):
            return self.client.stat_object(bucket_name=self.bucket, object_name=_key(sha256))
        return None

    @contextlib.contextmanager
    def _naming_failures(self, sha256: str) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            if error.code in {"NoSuchKey", "NoSuchObject"}:
                raise BlobMissing(sha256) from error
            if error.code == "XMinioStorageFull":
                raise StoreFull(self.endpoint) from error
            raise StoreDown(f"{self.endpoint}: {_S3_FAULTS.get(error.code or '', error.message)}") from error
        except (InvalidResponseError, ServerError, urllib3.exceptions.HTTPError, OSError) as error:
            raise StoreDown(f"{self.endpoint} does not answer as an S3 store should: {error}") from error


_S3_FAULTS = {
    "NoSuchBucket": "the bucket does not exist",
    "InvalidAccessKeyId": "the access key is unknown",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "AccessDenied": "the access key may not use this bucket",
    "RequestTimeTooSkewed": "the clocks of this machine and of the store differ too much",
}


_NO_LOCK = frozenset({"InvalidRequest", "ObjectLockConfigurationNotFoundError", "InvalidBucketObjectLockConfiguration"})


def _put_at(found: Object) -> datetime:
    assert found.last_modified is not None  # noqa: S101 - for the type checker: S3 says it of every object
    return found.last_modified


def _key(sha256: str) -> str:
    return f"blobs/{sha256}"


class _ResponseChunks:
    def __init__(self, response: Any) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            chunk: bytes = self._response.read(CHUNK) if self._response is not None else b""
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self.close()
            raise StoreDown(f"the connection broke off while reading: {error}") from error
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response.release_conn()
            self._response = None
