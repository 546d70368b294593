"""The summary report and the blank slip as sheets. Their words are Vietnamese, as official papers are."""

from datetime import datetime

from ecabinet.clock import ZONE, local
from ecabinet.opinions.models import OpinionRound
from ecabinet.opinions.reports import OptionReport, QuestionReport, Report, per_cent
from ecabinet.printing.sheets import (
    Align,
    Block,
    Column,
    Facts,
    Form,
    Head,
    Heading,
    Items,
    Marks,
    Paragraph,
    Run,
    Sheet,
    Signer,
    Table,
    Text,
    Title,
)

ROOM_TO_WRITE = ("\N{HORIZONTAL ELLIPSIS}" * 30 + "\n") * 3


def report_sheet(report: Report, at: datetime) -> Sheet:
    """The summary as it stands at ``at``."""
    of = report.round
    facts = [
        ("Được hỏi ý kiến", f"{report.asked} đồng chí"),
        ("Đã trả lời", f"{report.answered} đồng chí" + (f", trong đó muộn {report.late}" if report.late else "")),
        ("Chưa trả lời", f"{len(report.silent)} đồng chí"),
        ("Hạn trả lời", local(of.deadline, "%H:%M ngày %d/%m/%Y")),
        ("Số liệu đến", local(at, "%H:%M ngày %d/%m/%Y")),
    ]
    body: list[Block] = [Facts(tuple(facts))]
    for question in report.questions:
        body += _question(question)
    if report.silent:
        body.append(Heading("Các đồng chí chưa trả lời"))
        body.append(Items(tuple(_who(one.name, one.title, one.unit_name) for one in report.silent)))
    if of.conclusion:
        body += [Heading("Kết luận"), Paragraph(of.conclusion)]
    return Sheet(
        _head(of, at), Title("BÁO CÁO", f"Tổng hợp ý kiến: {of.title}"), tuple(body),
        signers=(Signer("NGƯỜI TỔNG HỢP", note="(Ký, ghi rõ họ tên)"),), draft=of.state != "reported",
    )  # fmt: skip


def _question(question: QuestionReport) -> list[Block]:
    rows = tuple((option.label, str(option.count), per_cent(option.percent)) for option in question.options)
    columns = (
        Column("Phương án", 4),
        Column("Số ý kiến", 1.2, Align.CENTER),
        Column("Tỷ lệ trên số trả lời", 1.6, Align.CENTER),
    )
    blocks: list[Block] = [Heading(f"{question.number}. {question.text}"), Table(columns, rows)]
    for option in question.options:
        if option.said:
            blocks.append(Paragraph((Run(f"{option.label}: ", bold=True), Run(_names(option)))))
            words = tuple(_words(said.name, said.text) for said in option.said if said.text)
            blocks.append(Items(words, Marks.DASHES))
    return blocks


def _names(option: OptionReport) -> str:
    return ", ".join(f"{said.name} (muộn)" if said.late else said.name for said in option.said) + "."


def _words(name: str, text: str) -> Text:
    return (Run(f"{name}: ", italic=True), Run(text))


def _who(name: str, title: str, unit_name: str) -> str:
    return ", ".join(part for part in (name, title, unit_name) if part)


def slip_sheet(of: OpinionRound) -> Sheet:
    """The slip with room to write, for who answers on paper."""
    body: list[Block] = [Paragraph(of.body)] if of.body else []
    for number, question in enumerate(of.questions, start=1):
        body.append(Paragraph(f"{number}. {question.text}", bold=True))
        body += [Paragraph(f"[   ]  {option.label}", align=Align.LEFT) for option in question.options]
        body.append(Paragraph(f"Ý kiến cụ thể:\n{ROOM_TO_WRITE.rstrip()}", align=Align.LEFT))
    deadline = local(of.deadline, "%H:%M ngày %d/%m/%Y")
    body.append(Paragraph(f"Đề nghị đồng chí đánh dấu vào một phương án ở mỗi câu và gửi lại trước {deadline}."))
    return Sheet(
        _head(of, None), Title("PHIẾU LẤY Ý KIẾN", of.title), tuple(body),
        signers=(Signer("NGƯỜI CHO Ý KIẾN", note="(Ký, ghi rõ họ tên)"),),
    )  # fmt: skip


def _head(of: OpinionRound, at: datetime | None) -> Head:
    return Head(Form.UNION, of.unit.name, on=at.astimezone(ZONE).date() if at else None)
