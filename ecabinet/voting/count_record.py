"""The record of the count (biên bản kiểm phiếu): what stands on it, made from the counted vote alone."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.clock import ZONE
from ecabinet.labels import label, rule_text
from ecabinet.meetings.models import Participant
from ecabinet.meetings.printed import head_of, signed_by
from ecabinet.meetings.rules import ParticipantRole
from ecabinet.printing.sheets import Align, Block, Column, Facts, Heading, Paragraph, Sheet, Signer, Table, Title
from ecabinet.voting import queries, rules
from ecabinet.voting.models import Poll
from ecabinet.voting.queries import Result


def record_of(db: Session, poll: Poll, now: datetime) -> Sheet:
    """The record as a paper of the unit; signed by the chair and the scrutineers."""
    result = queries.result(db, poll)
    people = list(db.scalars(select(Participant).where(Participant.meeting_id == poll.meeting_id)))
    people.sort(key=lambda p: p.rank)
    body: tuple[Block, ...] = (
        Paragraph(f"Phiên họp: {poll.meeting.title}."),
        Facts(_facts(poll, result)),
        Heading("Kết quả kiểm phiếu", 1),
        _table(poll, result),
        Paragraph(_conclusion(poll, result), bold=True),
        *_remarks(poll),
    )
    return Sheet(
        head_of(db, poll.meeting.unit, "BB", now.astimezone(ZONE).date()),
        Title("BIÊN BẢN KIỂM PHIẾU", poll.title),
        body,
        signers=_signers(people),
    )


def _signers(people: list[Participant]) -> tuple[Signer, ...]:
    chair = next((p for p in people if p.role == ParticipantRole.CHAIR), None)
    counted = [signed_by("NGƯỜI KIỂM PHIẾU", p) for p in people if p.scrutineer] or [signed_by("BAN KIỂM PHIẾU", None)]
    return (*counted, signed_by("CHỦ TRÌ", chair))


def _facts(poll: Poll, result: Result) -> tuple[tuple[str, str], ...]:
    room = result.counted.room
    units = poll.quorum_units_summoned
    times = [at.astimezone(ZONE).strftime("%H:%M:%S") for at in (poll.opened_at, poll.closed_at) if at is not None]
    lines = [
        ("Hình thức", label("manner", poll.manner)),
        ("Thời gian", f"từ {times[0]} đến {times[-1]} ngày {_day(poll.closed_at)}" if times else ""),
        ("Được triệu tập", f"{poll.quorum_summoned} đại biểu" + (f", {units} đơn vị" if units else "")),
        (
            "Có mặt khi mở biểu quyết",
            f"{poll.quorum_present} đại biểu" + (f", {poll.quorum_units_present} đơn vị" if units else ""),
        ),
        ("Số phiếu phát ra", str(room.issued)),
        ("Số phiếu thu về", str(result.counted.cast)),
        ("Số phiếu hợp lệ", str(result.counted.valid)),
        ("Số phiếu không hợp lệ", str(result.counted.invalid)),
        ("Quy tắc", rule_text(poll.majority) + (f" ({poll.reference})" if poll.reference else "")),
    ]
    if poll.kind == rules.PollKind.ELECTION:
        lines.append(("Số lượng cần bầu", str(poll.seats)))
    if poll.round > 1:
        lines.append(("Bầu vòng hai theo", poll.decision))
    return tuple(lines)


def _table(poll: Poll, result: Result) -> Table:
    election = poll.kind == rules.PollKind.ELECTION
    columns = (
        Column("TT", 0.5, Align.CENTER),
        Column("Họ và tên" if election else "Phương án", 4),
        Column("Số phiếu", 1, Align.RIGHT),
        Column("Tỷ lệ (%)", 1, Align.RIGHT),
        *((Column("Kết quả", 1.4, Align.CENTER),) if election else ()),
    )
    rows = []
    for number, option in enumerate(result.options, start=1):
        outcome = "Trúng cử" if option.elected else "Bằng phiếu" if option.tied else ""
        name = f"{option.label}, {option.note}" if option.note else option.label
        share = f"{option.percent:.2f}".replace(".", ",")
        rows.append((str(number), name, str(option.count), share, *((outcome,) if election else ())))
    return Table(columns, tuple(rows))


def _conclusion(poll: Poll, result: Result) -> str:
    if result.outcome is not None:
        chosen = [option.label for option in result.options if option.elected]
        named = f": {', '.join(chosen)}" if chosen else ""
        return f"Trúng cử {len(chosen)}/{poll.seats}{named}."
    if result.verdict is None:
        return ""
    carried = "được thông qua" if result.verdict.passed else "không được thông qua"
    return f"Nội dung {carried}, với {result.verdict.numerator}/{result.verdict.denominator} phiếu tán thành."


def _remarks(poll: Poll) -> tuple[Block, ...]:
    if poll.manner == rules.Manner.HANDS:
        return (Paragraph("Kết quả được đếm tay và nhập vào hệ thống.", italic=True),)
    return ()


def _day(at: datetime | None) -> str:
    return at.astimezone(ZONE).strftime("%d/%m/%Y") if at else ""
