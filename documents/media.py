"""What a file is, by its content; its name and what the browser says count for nothing.

Told in the server's own process, from at most about 1.3 MB, and without unpacking anything: a file that lies about what
it is fails later, in the child process that reads it.
"""

import codecs
import io
import re
import struct
from collections.abc import Iterator
from typing import IO

_OPEN = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
PDF = "application/pdf"
DOCX = _OPEN + "wordprocessingml.document"
XLSX = _OPEN + "spreadsheetml.sheet"
PPTX = _OPEN + "presentationml.presentation"
DOCM = "application/vnd.ms-word.document.macroEnabled.12"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.12"
PPTM = "application/vnd.ms-powerpoint.presentation.macroEnabled.12"
XLSB = "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
SEALED = "application/x-encrypted-office"
OLE = "application/x-ole-storage"
ODT = _ODF + "text"
ODS = _ODF + "spreadsheet"
ODP = _ODF + "presentation"
RTF = "application/rtf"
EML = "message/rfc822"
ZIP = "application/zip"
PNG = "image/png"
JPEG = "image/jpeg"
GIF = "image/gif"
TIFF = "image/tiff"
WEBP = "image/webp"
HTML = "text/html"
TEXT = "text/plain"
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

MACROS = {DOCM: DOCX, XLSM: XLSX, PPTM: PPTX}
"""Office files that may carry macros, and what they are without."""
PICTURES = frozenset({PNG, JPEG, GIF, TIFF, WEBP})

_HEAD = 4096
_TAIL = 65_557  # the last record of a zip with the longest comment
_DIRECTORY = 1024**2
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"{\\rtf", RTF),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("EncryptedPackage", SEALED),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
)
_FOLDERS = (("word/", DOCX, DOCM), ("xl/", XLSX, XLSM), ("ppt/", PPTX, PPTM))
_BEFORE_MARKUP = re.compile(r"^(?:\s|<!--.*?-->|<\?xml[^>]*>)+", re.DOTALL)
_LETTER_HEAD = re.compile(
    rb"(?i)(?:return-path|received|delivered-to|from|to|date|subject|message-id|mime-version|x-[a-z-]+): [^\n]*\r?\n"
)


def media_type(file: IO[bytes]) -> str:
    """The media type of a seekable file; its position is kept."""
    place = file.tell()
    try:
        file.seek(0)
        head = file.read(_HEAD)
        if head.startswith(b"PK\x03\x04"):
            return _zip_type(file, head)
        if head.startswith(_OLE):
            return _ole_type(set(_ole_names(file, head)))
        return _plain_type(head)
    finally:
        file.seek(place)


def text_encoding(head: bytes) -> str | None:
    """How a plain text is written (a codec of Python), told from its beginning; None when it is no text."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return codec if _is_written(head, codec) else None
    wide = _wide(head)
    if wide is not None:
        return wide if _is_written(head, wide) else None
    if _is_written(head, "utf-8"):
        return "utf-8"
    # Old Windows texts: mostly plain letters, none of them one that the code page does not have.
    plain = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in head)
    return "cp1258" if plain * 10 >= len(head) * 6 and _is_written(head, "cp1258") else None


def _wide(head: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of what is mostly spaces and plain letters is zero."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 10 < len(head) or min(even, odd) * 20 > len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_written(head: bytes, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        # The last letter may have been cut in two by reading only the head.
        text = decoder.decode(head, final=len(head) < _HEAD)
    except UnicodeDecodeError:
        return False
    return not any((ord(letter) < 32 and letter not in "\t\n\r\f") or letter in "\x7f\ufffe\uffff" for letter in text)


def _plain_type(head: bytes) -> str:
    if not head:
        return EMPTY
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return PDF if b"%PDF-" in head[:1024] else _written_type(head)


def _written_type(head: bytes) -> str:
    codec = text_encoding(head)
    if codec is None:
        return UNKNOWN
    text = _BEFORE_MARKUP.sub("", head.decode(codec, "ignore").lstrip("\ufeff"))
    if text.lower().startswith(("<!doctype html", "<html", "<head", "<script", "<body")):
        return HTML
    return EML if len(_LETTER_HEAD.findall(head)) >= 3 and _LETTER_HEAD.match(head) else TEXT


def _zip_type(file: IO[bytes], head: bytes) -> str:
    names = set(_zip_names(file)) or set(_local_names(head))
    if "mimetype" in names:
        start = head.find(_ODF.encode())
        for kind in (ODT, ODS, ODP):
            if start >= 0 and head.startswith(kind.encode(), start):
                return kind
    if "[Content_Types].xml" not in names:
        return ZIP
    for folder, without, with_macros in _FOLDERS:
        inside = {name for name in names if name.startswith(folder)}
        if "xl/workbook.bin" in inside:
            return XLSB
        if inside:
            return with_macros if any(name.lower().endswith("vbaproject.bin") for name in inside) else without
    return ZIP


def _zip_names(file: IO[bytes]) -> Iterator[str]:
    """The names that stand in the directory at the end of a zip, so far as they can be found."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or end + 22 > len(tail):
        return
    length, _start = struct.unpack("<II", tail[end + 12 : end + 20])
    # Counted back from the end, as what stands before the zip does not count.
    file.seek(max(0, size - len(tail) + end - length))
    entries = file.read(min(length, _DIRECTORY))
    at = 0
    while entries.startswith(b"PK\x01\x02", at) and at + 46 <= len(entries):
        name, extra, comment = struct.unpack("<HHH", entries[at + 28 : at + 34])
        yield entries[at + 46 : at + 46 + name].decode("utf-8", "replace")
        at += 46 + name + extra + comment


def _local_names(head: bytes) -> Iterator[str]:
    """The names at the beginning of a zip that has lost its end."""
    for found in re.finditer(rb"PK\x03\x04.{22}(..)..", head, re.DOTALL):
        (length,) = struct.unpack("<H", found[1])
        yield head[found.end() : found.end() + length].decode("utf-8", "replace")


def _ole_type(names: set[str]) -> str:
    return next((kind for name, kind in _OLE_STREAMS if name in names), OLE)


def _ole_names(file: IO[bytes], head: bytes) -> Iterator[str]:
    """The names in the directory of an OLE file: at most 64 sectors of it."""
    if len(head) < 512:
        return
    size = 1 << min(16, struct.unpack_from("<H", head, 30)[0])
    (sector,) = struct.unpack_from("<I", head, 48)
    tables = struct.unpack_from("<109I", head, 76)
    for _ in range(64):
        file.seek((sector + 1) * size)
        for entry in re.findall(rb"(?s).{128}", file.read(size)):
            (length,) = struct.unpack_from("<H", entry, 64)
            yield entry[: min(64, max(0, length - 2))].decode("utf-16-le", "replace")
        table, place = divmod(sector, size // 4)
        if table >= len(tables):
            return
        file.seek((tables[table] + 1) * size + place * 4)
        following = file.read(4)
        sector = struct.unpack("<I", following)[0] if len(following) == 4 else 0xFFFFFFFF
        if sector >= 0xFFFFFFF0:
            return
