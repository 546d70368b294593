"""Lists as files: CSV that every spreadsheet opens, and workbooks; no cell of them is a formula."""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from ecabinet.registry.import_rules import harmless

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write(kind: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """A list as a file of that kind (a key of :data:`MEDIA_TYPES`), rewound; it vanishes when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response that sends it closes it
    (_workbook if kind == "xlsx" else _csv)(file, header, rows)
    file.seek(0)
    return file


def _csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # Excel knows UTF-8 by its mark only
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    text.flush()
    text.detach()


def _workbook(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (header, *rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=harmless(value))
            # text stays text: a number with leading zeros, a formula somebody typed
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(file)
