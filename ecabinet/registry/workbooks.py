"""Workbooks (.xlsx, ECMA-376) written row by row: text in sheets, in bounded memory, several times as fast as through
openpyxl's cells, which matters for a province's list.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

SHEET_ROWS = 1_000_000  # below the header; a sheet takes 1,048,576 in all, and what is more goes on in the next one
ROWS_AT_ONCE = 500

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def write(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a workbook of text cells; each of its sheets has the header. A cell is what it says: no number loses its
    leading zeros, nothing is a formula.
    """
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=3) as archive:
        source = iter(rows)
        following = next(source, None)
        number = 0
        while number == 0 or following is not None:
            number += 1
            first = () if following is None else (following,)
            _write_sheet(archive, number, chain((header,), first, islice(source, SHEET_ROWS - 1)))
            following = next(source, None)
        for name, content in _parts(number):
            archive.writestr(name, _HEAD + content)


def _write_sheet(archive: ZipFile, number: int, rows: Iterator[Sequence[str]]) -> None:
    with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as sheet:
        sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
        while some := "".join(map(_row, islice(rows, ROWS_AT_ONCE))):
            sheet.write(some.encode())
        sheet.write(b"</sheetData></worksheet>")


def _row(cells: Sequence[str]) -> str:
    texts = (escape(_NOT_XML.sub("", cell)) for cell in cells)
    inside = "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' for text in texts)
    return f"<row>{inside}</row>"


def _parts(sheets: int) -> Iterator[tuple[str, str]]:
    """What says that the sheets are a workbook."""
    numbers = range(1, sheets + 1)
    listed = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>'
    links = "".join(_link(n, "worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
    yield "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
    top = _link(1, "officeDocument", "xl/workbook.xml")
    yield "_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{top}</Relationships>'
    named = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{named}</Types>',
    )


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
