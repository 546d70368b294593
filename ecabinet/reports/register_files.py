"""A register of a period as a file: the workbook, and the printed book."""

import tempfile
from dataclasses import replace
from typing import IO

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ecabinet.clock import today
from ecabinet.labels import label
from ecabinet.office.register_filters import OUT, Filter, Order
from ecabinet.registry.models import Unit
from ecabinet.reports import register_lines, register_pdf
from ecabinet.reports.period_rules import Period
from ecabinet.reports.register_lines import Cover


def of_period(wanted: Filter, period: Period) -> Filter:
    """The whole of a period, as it was written."""
    return replace(wanted, order=Order.WRITTEN, since=period.first, until=period.last, after="")


def header(wanted: Filter) -> list[object]:
    """The titles of the columns."""
    return [column.title for column in register_lines.columns(wanted.book)]


def printed(db: Session, wanted: Filter, unit: Unit) -> tuple[IO[bytes], int]:
    """The printed register as a file that vanishes when it is closed, and how many lines it has. Always in Vietnamese,
    like all that is printed here.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response that sends it closes it
    try:
        with force_locale("vi"):
            cover = register_lines.cover(db, wanted, unit)
            rows = (entry.row(wanted.book) for entry in register_lines.entries(db, wanted))
            register_pdf.make(_book(cover), rows, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, cover.number


def _book(cover: Cover) -> register_pdf.Book:
    title = label("book", cover.book).upper()
    if cover.since.year == cover.until.year:
        year = _("Năm %(year)s", year=cover.since.year)
    else:
        year = _("Từ năm %(first)s đến năm %(last)s", first=cover.since.year, last=cover.until.year)
    days = _("Từ ngày %(first)s đến ngày %(last)s", first=f"{cover.since:%d/%m/%Y}", last=f"{cover.until:%d/%m/%Y}")
    counted = _("%(n)s văn bản", n=cover.number)
    numbers = _("Từ số %(first)s đến số %(last)s", first=cover.first, last=cover.last) if cover.number else ""
    printed = _("In ngày %(day)s", day=f"{today():%d/%m/%Y}")
    return register_pdf.Book(
        title=f"{title} {cover.unit}",
        cover=(
            (cover.above.upper(), 13), (cover.unit.upper(), 15), ("", 30), ("", 30), (title, 28), (year, 18), ("", 14),
            (days, 13), (counted if cover.book in OUT else numbers, 14), ("", 30), ("", 30), ("", 30), (printed, 11),
        ),
        columns=tuple((str(column.title), column.share) for column in register_lines.columns(cover.book)),
        empty=_("(Không có văn bản nào)"),
        foot=f"{cover.unit}. {label('book', cover.book)}. {days}",
    )  # fmt: skip
