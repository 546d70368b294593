"""Our own files and the libraries, packed for the line: pdf.js alone is 2.5 MB, a second on a line of 20 Mbit/s. The
style sheet goes as one.
"""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

from ecabinet.stylesheets import SHEET, joined

PACKED = frozenset({"text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml"})
LEAST_BYTES = 1024
MOST_FILES = 400


class Application(Flask):
    """Flask whose static files travel packed to those who can unpack them."""

    def send_static_file(self, filename: str) -> Response:
        if self.static_folder is None:
            return super().send_static_file(filename)
        path = Path(self.static_folder) / filename
        response = _sheet(path) if filename == SHEET else super().send_static_file(filename)
        if response.mimetype not in PACKED:
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or not _unpacks() or path.stat().st_size < LEAST_BYTES:
            return response
        response.close()  # the file itself
        response.direct_passthrough = False
        response.set_data(_packed(joined(path)) if filename == SHEET else _packed_file(path, path.stat().st_mtime_ns))
        response.content_encoding = "gzip"
        # One file in two forms: weak, so that either is known again.
        etag, _weak = response.get_etag()
        response.set_etag(etag or "", weak=True)
        return response


def _unpacks() -> bool:
    # A part of a file is a part of the file as it is.
    return request.accept_encodings.quality("gzip") > 0 and request.range is None


def _sheet(path: Path) -> Response:
    content = joined(path)
    response = Response(content, mimetype="text/css")
    response.cache_control.no_cache = True
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.make_conditional(request)
    return response


@lru_cache(MOST_FILES)
def _packed_file(path: Path, _changed_at: int) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)


@lru_cache(4)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 6, mtime=0)
