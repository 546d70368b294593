"""Blobs in a bucket of MinIO or any other S3, through the ``minio`` SDK."""

import contextlib
import tempfile
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, cast

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, S3Error, ServerError

from documents.blobs import (
    CHUNK,
    Blob,
    BlobMissing,
    Chunks,
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
    From there it goes up in one request or, when large, in parts; S3 shows an object only when it is whole.
    """

    SPOOL_IN_MEMORY = 4 * 1024 * 1024

    def __init__(
        self, endpoint: str, bucket: str, access_key: str, secret_key: str, *, secure: bool, region: str | None = None
    ) -> None:
        self.endpoint, self.bucket = endpoint, bucket
        # The SDK's own pool waits five minutes for a server that does not answer.
        pool = urllib3.PoolManager(
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
            http_client=pool,
        )

    def put(self, stream: IO[bytes]) -> Blob:
        with tempfile.SpooledTemporaryFile(max_size=self.SPOOL_IN_MEMORY) as spooled, naming_full_disks():
            blob = copy_hashed(stream, cast(IO[bytes], spooled))
            if self._stat(blob.sha256) == blob.size:
                return blob
            spooled.seek(0)
            with self._naming_failures(blob.sha256):
                self.client.put_object(
                    bucket_name=self.bucket,
                    object_name=_key(blob.sha256),
                    data=cast(BinaryIO, spooled),
                    length=blob.size,
                )
        return blob

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
        size = self._stat(sha256)
        if size is None:
            raise BlobMissing(sha256)
        return size

    def exists(self, sha256: str) -> bool:
        return self._stat(sha256) is not None

    def delete(self, sha256: str) -> None:
        if is_sha256(sha256):
            with contextlib.suppress(BlobMissing), self._naming_failures(sha256):
                self.client.remove_object(bucket_name=self.bucket, object_name=_key(sha256))

    def check(self) -> None:
        with self._naming_failures(""):
            if not self.client.bucket_exists(bucket_name=self.bucket):
                raise StoreDown(f"the bucket {self.bucket!r} does not exist at {self.endpoint}")
            # HEAD answers are bare status codes; listing makes the store say what is wrong with the credentials.
            next(iter(self.client.list_objects(bucket_name=self.bucket, prefix="check/")), None)

    def create_bucket(self) -> None:
        """Make the bucket unless it is there: for the first start of an installation."""
        with self._naming_failures(""):
            if not self.client.bucket_exists(bucket_name=self.bucket):
                self.client.make_bucket(bucket_name=self.bucket)

    def _stat(self, sha256: str) -> int | None:
        if not is_sha256(sha256):
            return None
        with contextlib.suppress(BlobMissing), self._naming_failures(sha256):
            return self.client.stat_object(bucket_name=self.bucket, object_name=_key(sha256)).size
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
