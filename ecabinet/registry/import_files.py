"""Files of an import read row by row: CSV in the encodings that offices use, and workbooks that are no bombs."""

import codecs
import zipfile
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import ParseError
from xml.sax import SAXException

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from documents.errors import Problem
from ecabinet.registry.import_csv import Damaged, csv_rows
from ecabinet.registry.import_rules import (
    COLUMNS,
    SHARED_BYTES,
    WORKBOOK_BYTES,
    WORKBOOK_PARTS,
    cell_text,
    delimiter,
)

SAMPLE = 1024 * 1024
WORKBOOK_FAULTS = (
    zipfile.BadZipFile, zlib.error, EOFError, ParseError, SAXException, InvalidFileException, KeyError, ValueError,
)  # fmt: skip
OTHER_KINDS = (b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"MZ")


@dataclass(frozen=True)
class Form:
    """How a file is written: ``kind`` "xlsx" or "csv"; of a CSV its encoding and what parts its cells."""

    kind: str
    encoding: str = ""
    delimiter: str = ""


def recognise(file: IO[bytes]) -> Form:
    """Look at the content, never at the name; raises ``not_a_table`` and ``workbook_too_large``."""
    file.seek(0)
    head = file.read(SAMPLE)
    if head.startswith(b"PK\x03\x04"):
        _check_workbook(file)
        return Form("xlsx")
    encoding = _encoding(head)
    text = head.decode(encoding, errors="replace")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first or head.startswith(OTHER_KINDS) or "\x00" in first:
        raise Problem("not_a_table")
    return Form("csv", encoding, delimiter(first))


def rows(file: IO[bytes], form: Form) -> Generator[list[str] | Damaged, None, None]:
    """Every row that is not empty, the header first. One that cannot be read is :class:`Damaged`; a workbook ends with
    it where it is broken off. Raises ``table_damaged`` when there is not even a header.
    """
    file.seek(0)
    read = 0
    try:
        for row in _workbook_rows(file) if form.kind == "xlsx" else csv_rows(file, form.encoding, form.delimiter):
            if not read and isinstance(row, Damaged):
                raise Problem("table_damaged", row.code)
            read += 1
            yield row if isinstance(row, Damaged) else row[:COLUMNS]
    except WORKBOOK_FAULTS as error:
        # openpyxl lets out what it stumbles on; each of these means: not as the format says
        if not read:
            raise Problem("table_damaged", repr(error)) from error
        yield Damaged("rest_unreadable")


def about_rows(file: IO[bytes]) -> int:
    """How many rows a CSV has below its header, by its line ends: exact where no cell has any and no line is empty."""
    file.seek(0)
    ends, last = 0, b""
    while chunk := file.read(SAMPLE):
        ends += chunk.count(b"\n")
        last = chunk
    return max(ends - last.endswith(b"\n"), 0)


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # A damaged letter does not make a file one of Windows-1258, in which hardly any marked letter is one of UTF-8.
    # The sample may end in the middle of a letter.
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head, final=False)
    marked = len(text) - len(text.encode("ascii", "ignore"))
    return "windows-1258" if 2 * text.count("\ufffd") > marked else "utf-8"


def _check_workbook(file: IO[bytes]) -> None:
    """By the directory of the archive, before anything is unpacked: zipfile never gives out more than it declares."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Problem("not_a_table") from error
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise Problem("not_a_table")
    shared = sum(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
    total = sum(part.file_size for part in parts)
    if len(parts) > WORKBOOK_PARTS or total > WORKBOOK_BYTES or shared > SHARED_BYTES:
        raise Problem("workbook_too_large")


def _workbook_rows(file: IO[bytes]) -> Generator[list[str], None, None]:
    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its size is not to be believed
        for row in sheet.iter_rows(values_only=True, max_col=COLUMNS):
            cells = [cell_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield cells
    except IndexError as error:
        raise Problem("not_a_table") from error
    finally:
        book.close()
