"""Bytes of the archive sent to a browser: whole or a range of them, kept by it but asked for again each time."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import cast
from urllib.parse import quote

from flask import Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import ContentRange
from werkzeug.http import dump_options_header, http_date

from documents.media import PDF
from documents.models import Rendition, Version
from documents.processing import rendition_of
from documents.rules import RenditionKind
from documents.text import exact, fold
from ecabinet.web import engines

LINK_SECONDS = 60
SHOWN_IN_PLACE = frozenset({PDF, "image/png", "image/jpeg", "image/webp", "text/plain"})


@dataclass(frozen=True)
class Sent:
    """What is sent: bytes of the store, and how the browser is told of them."""

    sha256: str
    size: int
    media_type: str
    filename: str
    since: datetime


def original(version: Version) -> Sent:
    """The file as it was received."""
    return Sent(version.sha256, version.size, version.media_type, version.filename, version.created_at)


ORIGINAL = "original"
READ_AS = (RenditionKind.PDF, RenditionKind.STREAMING)


def read_as(db: Session, version: Version) -> str:
    """As what it is best read: an office file as PDF, a large PDF as the copy that opens at once, else as it came.

    A reader asks for the same to its end: parts of two files would make none.
    """
    return next((kind for kind in READ_AS if rendition_of(db, version.id, kind) is not None), ORIGINAL)


def for_reading(db: Session, version: Version, kind: str) -> Sent:
    """The bytes to read it as that; the file itself where there is no such thing."""
    made = rendition_of(db, version.id, RenditionKind(kind)) if kind in READ_AS else None
    return _made(version, made) if made is not None else original(version)


def picture(db: Session, version: Version, kind: RenditionKind) -> Sent | None:
    """Its first page as a picture, if there is one."""
    made = rendition_of(db, version.id, kind)
    return _made(version, made) if made is not None else None


def _made(version: Version, made: Rendition) -> Sent:
    ending = made.media_type.rpartition("/")[2]
    return Sent(
        made.sha256, made.size, made.media_type, f"{PurePath(version.filename).stem}.{ending}", version.created_at
    )


def send(sent: Sent, *, save: bool = False) -> Response:
    """The answer to a question for it; ``save``: to be kept as a file, never shown, and where the installation wants it
    so, fetched from the store itself by a link that soon ends.
    """
    if save and engines().config.blobs_links:
        link = engines().blobs.link(sent.sha256, LINK_SECONDS, sent.media_type, sent.filename)
        if link is not None:
            return cast(Response, redirect(link))
    if request.if_none_match.contains(sent.sha256):
        return Response(status=304, headers={"ETag": f'"{sent.sha256}"'})
    span = _span(sent)
    if span is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{sent.size}"})
    start, end = span
    partial = (start, end) != (0, sent.size)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{sent.sha256}"',
        "Last-Modified": http_date(sent.since),
        "Content-Length": str(end - start),
        "Content-Disposition": _disposition(sent, save),
        # Only for this person's browser, and asked for again each time: access may have been taken away.
        "Cache-Control": "private, no-cache",
        # The bytes are somebody's upload: whatever they are, they run nothing.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    if partial:
        headers["Content-Range"] = str(ContentRange("bytes", start, end, sent.size))
    mimetype = sent.media_type if sent.media_type in SHOWN_IN_PLACE else "application/octet-stream"
    body = engines().blobs.open(sent.sha256, start, end) if request.method != "HEAD" else None
    return Response(body, status=206 if partial else 200, headers=headers, mimetype=mimetype, direct_passthrough=True)


def _span(sent: Sent) -> tuple[int, int] | None:
    """The part asked for; all of it where the question makes no sense; None where there is no such part.

    A part of an older copy is not continued with bytes of this one (If-Range).
    """
    asked, older = request.range, request.if_range
    another = (older.etag is not None and older.etag != sent.sha256) or older.date is not None
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or another:
        return 0, sent.size
    return asked.range_for_length(sent.size)


def _disposition(sent: Sent, save: bool) -> str:
    """How the browser should take it, with the name in plain letters and, for the browsers that can, as it is."""
    kind = "inline" if sent.media_type in SHOWN_IN_PLACE and not save else "attachment"
    plain = fold(exact(sent.filename)).encode("ascii", "replace").decode()
    return dump_options_header(kind, {"filename": plain, "filename*": f"UTF-8''{quote(sent.filename, safe='')}"})
