"""Lists as files: CSV that every spreadsheet opens, and workbooks; no cell of them is a formula.

:func:`export_response` is the one way in which a list leaves the application: written row by row into a file that
vanishes when it was sent, and on the audit trail with who, what, which filter and how many rows.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

from flask import Response, send_file
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet import audit
from ecabinet.clock import now
from ecabinet.registry import workbooks
from ecabinet.registry.import_rules import harmless
from ecabinet.web import database, person

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Rows = Callable[[Session], Iterable[Sequence[str]]]


def export_response(
    kind: str, name: str, header: Iterable[object], rows: Rows, action: str, subject: str, about: dict[str, str]
) -> Response:
    """Send a list as a file ``name.kind``; ``about`` says in the audit entry which filter it was made with.

    The entry is written before the first byte goes out; it has the number of rows as ``rows``. Raises
    :class:`NotFound` for a kind that is none of :data:`MEDIA_TYPES`.
    """
    if kind not in MEDIA_TYPES:
        raise NotFound
    counted = _Counted()
    with database().reading() as db:
        file = write(kind, [str(title) for title in header], counted.of(rows(db)))
    try:
        with database().writing() as db:
            audit.record(db, person().member_id, action, subject, now(), kind=kind, rows=counted.number, **about)
        return send_file(file, MEDIA_TYPES[kind], as_attachment=True, download_name=f"{name}.{kind}")
    except BaseException:
        file.close()
        raise


class _Counted:
    """How many rows went through."""

    number = 0

    def of(self, rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        for row in rows:
            self.number += 1
            yield row


def write(kind: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """A list as a file of that kind (a key of :data:`MEDIA_TYPES`), rewound; it vanishes when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response that sends it closes it
    try:
        (_workbook if kind == "xlsx" else _csv)(file, header, rows)
    except BaseException:
        file.close()
        raise
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
    workbooks.write(file, header, ([harmless(cell) for cell in row] for row in rows))
