"""What a file is, by its content; its name and what the browser says count for nothing."""

import io
from typing import IO

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ZIP = "application/zip"
HTML = "text/html"
TEXT = "text/plain"
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

_HEAD = 4096
_TAIL = 256 * 1024
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_OFFICE_PARTS = ((b"word/document.xml", DOCX), (b"xl/workbook.xml", XLSX), (b"ppt/presentation.xml", PPTX))


def media_type(file: IO[bytes]) -> str:
    """The media type of a seekable file; its position is kept. At most about 260 KB are read."""
    place = file.tell()
    try:
        file.seek(0)
        head = file.read(_HEAD)
        if head.startswith(b"PK\x03\x04"):
            size = file.seek(0, io.SEEK_END)
            file.seek(max(0, size - _TAIL))
            return _zip_type(head + file.read(_TAIL))
        return _plain_type(head)
    finally:
        file.seek(place)


def _plain_type(head: bytes) -> str:
    if not head:
        return EMPTY
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in head[:1024]:
        return PDF
    return _text_type(head)


def _zip_type(ends: bytes) -> str:
    # The list of names stands at the end of a zip: no need to unpack, or trust, anything for this.
    if b"[Content_Types].xml" in ends:
        for part, kind in _OFFICE_PARTS:
            if part in ends:
                return kind
    return ZIP


def _text_type(head: bytes) -> str:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The last letter may have been cut in two by reading only the head.
        if error.start < len(head) - 4 or len(head) < _HEAD:
            return UNKNOWN
        text = head[: error.start].decode("utf-8-sig")
    if any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text):
        return UNKNOWN
    start = text.lstrip().lower()
    return HTML if start.startswith(("<!doctype html", "<html", "<head", "<script")) else TEXT
