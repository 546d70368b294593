"""The processing reports as rows for a workbook and as papers to print."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ecabinet.clock import ZONE
from ecabinet.labels import label
from ecabinet.printing import pdf
from ecabinet.printing.sheets import Align, Column, Form, Head, Paragraph, Sheet, Signer, Table, Title
from ecabinet.registry.models import Unit
from ecabinet.reports import behind, figures
from ecabinet.reports.behind import Behind
from ecabinet.reports.figures import OUTCOMES, Counted, Scope
from ecabinet.reports.period_rules import Period
from ecabinet.reports.register_lines import type_of, written

BY = ("unit", "person")


def lines(db: Session, scope: Scope, period: Period, by: str) -> list[Counted]:
    """The lines of a report by unit or by person."""
    if by == "person":
        return figures.by_person(db, scope, period)
    return [line for _path, line in figures.by_unit(db, scope, period)]


def header(by: str) -> list[str]:
    """The columns of such a report."""
    first = _("Người, đơn vị chủ trì") if by == "person" else _("Đơn vị")
    outcomes = [label("register_state", outcome) for outcome in OUTCOMES]
    return [_("TT"), first, _("Đã nhận"), *outcomes, _("Đúng hạn (%)"), _("Số ngày bình quân")]


def cells(counted: Iterable[Counted]) -> Iterator[list[str]]:
    """The cells, numbered from 1."""
    for number, line in enumerate(counted, 1):
        yield [str(number), line.name, *figures_of(line)]


def figures_of(line: Counted) -> list[str]:
    """The figures of a line as people write them."""
    share = f"{100 * line.outcomes[OUTCOMES[0]] / line.done:.1f}".replace(".", ",") if line.done else ""
    average = f"{line.average:.1f}".replace(".", ",") if line.average is not None else ""
    return [str(line.number), *(str(line.outcomes[outcome]) for outcome in OUTCOMES), share, average]


DOCUMENT_COLUMNS = ("arrived_on", "ordinal", "unit", "organ", "code", "subject", "due_on", "ended_on", "state")


def document_header() -> list[str]:
    """The columns of the report by document."""
    return [
        _("Ngày đến"), _("Số đến"), _("Đơn vị"), _("Tác giả"), _("Số, ký hiệu"), _("Tên loại và trích yếu"), _("Hạn"),
        _("Ngày xong"), _("Tình trạng"),
    ]  # fmt: skip


def documents(db: Session, wanted: Behind) -> Iterator[list[str]]:
    """The documents behind a figure, some hundred read at a time."""
    while True:
        page = behind.page(db, wanted, 500)
        for doc in page.docs:
            yield [
                written(doc.arrived_on), str(doc.ordinal or ""), doc.unit.name, doc.organ_name, doc.code,
                f"{type_of(doc)} {doc.subject}".strip(), written(doc.due_on), written(doc.ended_on),
                label("office_state", doc.state),
            ]  # fmt: skip
        if not page.next:
            return
        wanted = replace(wanted, after=page.next)


def printed(unit: Unit, above: str, counted: Sequence[Counted], by: str, period: Period, at: datetime) -> bytes:
    """A report by unit or by person as a paper to sign; always in Vietnamese."""
    with force_locale("vi"):
        rows = tuple(tuple(row) for row in cells(counted))
        total = ("", _("Cộng"), *figures_of(figures.together("", counted)))
        first, *others = header(by)[1:]
        columns = (
            Column(_("TT"), 3, Align.CENTER), Column(first, 20), *(Column(name, 7, Align.RIGHT) for name in others),
        )  # fmt: skip
        days = _("Từ ngày %(first)s đến ngày %(last)s", first=written(period.first), last=written(period.last))
        sheet = Sheet(
            Head(Form.UNION, unit.name, above, on=at.astimezone(ZONE).date()),
            Title(_("BÁO CÁO"), _("Tình hình giải quyết văn bản đến")),
            (
                Paragraph(days, align=Align.CENTER, italic=True),
                Table(columns, (*rows, total) if rows else (), empty=_("(Không có văn bản nào)")),
            ),
            signers=(Signer(_("NGƯỜI LẬP BÁO CÁO"), note=_("(Ký, ghi rõ họ tên)")),),
            landscape=True,
        )
        return pdf.render(sheet, at)
