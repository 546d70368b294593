"""Files of an import read row by row: CSV in the encodings that offices use, and workbooks that are no bombs."""

import codecs
import csv
import io
import zipfile
from collections.abc import Generator
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import ParseError
from xml.sax import SAXException

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from documents.errors import Problem
from ecabinet.registry.import_rules import (
    COLUMNS,
    SHARED_BYTES,
    WORKBOOK_BYTES,
    WORKBOOK_PARTS,
    cell_text,
    delimiter,
)

SAMPLE = 1024 * 1024
NOT_TEXT = b"\x00"
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


def rows(file: IO[bytes], form: Form) -> Generator[list[str], None, None]:
    """Every row that is not empty, the header first; raises ``table_damaged`` where it cannot be read on."""
    file.seek(0)
    try:
        yield from _workbook_rows(file) if form.kind == "xlsx" else _csv_rows(file, form)
    except (
        csv.Error,
        zipfile.BadZipFile,
        ParseError,
        SAXException,
        InvalidFileException,
        KeyError,
        ValueError,
    ) as error:
        # openpyxl lets out what it stumbles on; each of these means: not as the format says
        raise Problem("table_damaged", repr(error)) from error


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        # the sample may end in the middle of a letter
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
    except UnicodeDecodeError:
        return "windows-1258"
    return "utf-8"


def _csv_rows(file: IO[bytes], form: Form) -> Generator[list[str], None, None]:
    # what is no letter becomes U+FFFD, which no field takes: the row is refused, not the file
    text = io.TextIOWrapper(file, encoding=form.encoding, errors="replace", newline="")
    try:
        for row in csv.reader(text, delimiter=form.delimiter):
            if any(row):
                yield row[:COLUMNS]
    finally:
        text.detach()  # the file stays the caller's


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
