"""The dossier (hồ sơ) of a meeting: which files it holds for the one who asks, and its index."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.queries import may_see, newest_version
from ecabinet.access import Person
from ecabinet.clock import local
from ecabinet.labels import label
from ecabinet.meetings import comment_queries, queries, speaker_queries
from ecabinet.meetings.agenda_queries import ItemLine
from ecabinet.meetings.models import Attendance
from ecabinet.minutes import facts, printed, resolutions, screens
from ecabinet.minutes import queries as minutes
from ecabinet.minutes.models import Conclusion
from ecabinet.minutes.zips import Entry, Names, safe_name
from ecabinet.printing import pdf, word
from ecabinet.registry.exports import write
from ecabinet.voting import published
from ecabinet.voting import queries as voting
from ecabinet.voting.models import Poll
from ecabinet.voting.rules import Manner

Row = Sequence[object]


def _(text: str) -> str:
    """A word for the catalogue: translated only where a page shows it."""
    return text


SECTIONS = (
    ("moi", _("Thành phần được mời")),
    ("chuong-trinh", _("Chương trình")),
    ("tai-lieu", _("Tài liệu")),
    ("diem-danh", _("Điểm danh")),
    ("bieu-quyet", _("Biểu quyết")),
    ("phat-bieu", _("Phát biểu")),
    ("ket-luan", _("Kết luận")),
    ("nhiem-vu", _("Nhiệm vụ")),
    ("bien-ban", _("Biên bản")),
    ("nghi-quyet", _("Dự thảo nghị quyết")),
    ("gop-y", _("Góp ý")),
)
"""The parts of a dossier in order: folder and heading. In the archive its words are Vietnamese, as those of the papers
in it; the page that lists it has the reader's."""
_HEADINGS = dict(SECTIONS)
_NUMBERS = {folder: number for number, (folder, _heading) in enumerate(SECTIONS, 1)}


@dataclass
class _Dossier:
    """Files as they come; paths are made here."""

    entries: list[Entry] = field(default_factory=list)
    names: Names = field(default_factory=Names)

    def add(self, part: str, name: str, title: str, data: bytes, below: str = "") -> None:
        """A file made now."""
        path = self.names.unique(_folder(part, below), name)
        self.entries.append(Entry(path, title, _HEADINGS[part], data, size=len(data)))

    def keep(self, part: str, name: str, title: str, sha256: str, size: int, below: str = "") -> None:
        """A file of the store, as it is."""
        path = self.names.unique(_folder(part, below), name)
        self.entries.append(Entry(path, title, _HEADINGS[part], sha256=sha256, size=size))

    def table(self, part: str, header: Sequence[str], rows: Iterable[Row], below: str = "", title: str = "") -> None:
        """A list, unless it is empty."""
        lines = [[str(cell) for cell in row] for row in rows]
        if lines:
            with write("csv", header, lines) as file:
                self.add(part, f"{below or part}.csv" if not below else "ket-qua.csv", title or _HEADINGS[part],
                         file.read(), below)  # fmt: skip


def _folder(part: str, below: str) -> str:
    folder = f"{_NUMBERS[part]:02d}-{part}/"
    return f"{folder}{safe_name(below)}/" if below else folder


def entries_of(db: Session, person: Person, seen: queries.Seen, now: datetime) -> list[Entry]:
    """Every file of the dossier that this person may have."""
    dossier = _Dossier()
    with force_locale("vi"):
        for part in (
            _invited, _agenda, _papers, _attendance, _votes, _speeches, _conclusions, _tasks, _minutes, _resolutions,
            _comments,
        ):  # fmt: skip
            part(db, person, seen, now, dossier)
    return dossier.entries


def _items(db: Session, seen: queries.Seen) -> list[ItemLine]:
    return queries.agenda(db, seen.meeting, runs=seen.manages, circle=queries.circle(db, seen))


def _closed(db: Session, seen: queries.Seen) -> frozenset[int]:
    """The items that are not for the one who asks."""
    return frozenset() if seen.manages else minutes.closed_items(db, seen.meeting, queries.circle(db, seen))


def _announced(db: Session, seen: queries.Seen) -> list[Conclusion]:
    return screens.announced(db, seen.meeting, queries.circle(db, seen))


def _invited(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    header = ["Họ và tên", "Chức vụ", "Đơn vị", "Vai trò", "Quyền biểu quyết"]
    rows: list[Row] = []
    for one in queries.participants(db, seen.meeting.id):
        row = [one.name, one.title, one.unit_name, label("role", one.role), "Có" if one.voting else "Không"]
        rows.append([*row, label("rsvp", one.rsvp), one.reason] if seen.manages else row)
    to.table("moi", [*header, "Trả lời", "Lý do"] if seen.manages else header, rows)


def _agenda(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    header = ["Số", "Nội dung", "Loại", "Trình bày", "Thời lượng (phút)", "Chỉ người điều hành biết"]
    lines = _items(db, seen)
    to.table(
        "chuong-trinh", header,
        ([one.full, one.title, label("item_kind", one.kind), one.presenter, one.minutes, "Có" if one.hidden else ""]
         for one in lines),
    )  # fmt: skip


def _papers(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    for item in _items(db, seen):
        for paper in item.papers:
            version = newest_version(db, paper.id)
            if version is None or not may_see(db, paper.id, person.labels):
                continue
            ending = version.filename.rsplit(".", 1)[-1] if "." in version.filename else ""
            name = f"{paper.title}.{ending}" if ending else paper.title
            to.keep("tai-lieu", name, paper.title, version.sha256, version.size, f"{item.full or '0'} {item.title}")


def _attendance(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    if not seen.manages and not minutes.may_read(seen, minutes.minutes_of(db, seen.meeting.id)):
        return
    people = {one.id: one for one in queries.participants(db, seen.meeting.id)}
    moves = db.scalars(
        select(Attendance).where(Attendance.participant_id.in_(people)).order_by(Attendance.at, Attendance.id)
    )
    to.table(
        "diem-danh", ["Thời điểm", "Họ và tên", "Đơn vị", "Việc", "Cách ghi nhận"],
        ([local(move.at, "%d/%m/%Y %H:%M:%S"), people[move.participant_id].name, people[move.participant_id].unit_name,
          "Đến" if move.present else "Rời", move.how] for move in moves),
    )  # fmt: skip


def _votes(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    closed = _closed(db, seen)
    for number, poll in enumerate(voting.published(db, seen.meeting.id), 1):
        if poll.item_id not in closed:
            _vote(db, person, poll, f"{number} {poll.title}", to)


def _vote(db: Session, person: Person, poll: Poll, below: str, to: _Dossier) -> None:
    result = voting.result(db, poll)
    rows: list[Row] = [["Hình thức", label("manner", poll.manner)]]
    rows += [["Mở", local(poll.opened_at, "%d/%m/%Y %H:%M:%S")], ["Đóng", local(poll.closed_at, "%d/%m/%Y %H:%M:%S")]]
    rows += [["Phát ra", result.counted.room.issued], ["Thu về", result.counted.cast]]
    rows += [["Hợp lệ", result.counted.valid], ["Không hợp lệ", result.counted.invalid]]
    rows += [[option.label, option.count] for option in result.options]
    rows.append(["Kết quả", published.outcome_text(poll, result)])
    to.table("bieu-quyet", [poll.title, ""], rows, below, f"Kết quả: {poll.title}")
    if poll.manner != Manner.HANDS:
        listed = json.dumps(published.ballot_list(db, poll), ensure_ascii=False, indent=1)
        to.add("bieu-quyet", "ballots.json", f"Danh sách phiếu: {poll.title}", listed.encode(), below)
    version = newest_version(db, poll.record_id) if poll.record_id else None
    if version is not None and poll.record_id and may_see(db, poll.record_id, person.labels):
        title = f"Biên bản kiểm phiếu: {poll.title}"
        to.keep("bieu-quyet", "bien-ban-kiem-phieu.pdf", title, version.sha256, version.size, below)


def _speeches(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    closed = _closed(db, seen)
    to.table(
        "phat-bieu", ["Bắt đầu", "Họ và tên", "Đơn vị", "Loại", "Nội dung chương trình", "Vấn đề", "Số giây"],
        ([local(one.began_at, "%d/%m/%Y %H:%M:%S"), one.name, one.unit_name, label("speech_kind", one.kind),
          one.item_title, one.topic, one.seconds]
         for one in speaker_queries.speeches(db, seen.meeting.id) if one.item_id not in closed),
    )  # fmt: skip


def _conclusions(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    lines = facts.conclusions_of(db, seen.meeting.id) if seen.manages else _announced(db, seen)
    to.table(
        "ket-luan", ["TT", "Kết luận", "Thuộc nội dung", "Trạng thái", "Công bố lúc"],
        ([n, one.text, one.item.title if one.item else "", label("conclusion", one.state), local(one.announced_at)]
         for n, one in enumerate(lines, 1)),
    )  # fmt: skip


def _tasks(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    by_source = facts.tasks_by_source(db, seen.meeting)
    if seen.manages:
        wanted = set(by_source)
    else:
        wanted = {(facts.CONCLUSION, one.id) for one in _announced(db, seen)}
        wanted |= {(facts.ITEM, item.id) for item in _items(db, seen)}
        wanted |= {(facts.MEETING, seen.meeting.id)}
    to.table(
        "nhiem-vu", ["Nhiệm vụ", "Giao từ", "Thực hiện", "Phối hợp", "Hạn", "Trạng thái", "Tiến độ"],
        ([task.title, task.source_text, task.owner_name, ", ".join(helper.name for helper in task.helpers),
          task.due_on.strftime("%d/%m/%Y"), label("task", task.state), f"{task.percent}%"]
         for source, tasks in by_source.items() if source in wanted for task in tasks),
    )  # fmt: skip


def _minutes(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    found = minutes.minutes_of(db, seen.meeting.id)
    if found is None or not minutes.may_read(seen, found):
        return
    sheet = printed.minutes_sheet(db, found, now)
    version = newest_version(db, found.document_id) if found.document_id else None
    if version is not None:
        to.keep("bien-ban", "bien-ban-da-ky.pdf", "Biên bản đã ký số", version.sha256, version.size)
    else:
        to.add("bien-ban", "bien-ban-du-thao.pdf", "Biên bản (bản chưa ký)", pdf.render(sheet, now))
    to.add("bien-ban", "bien-ban.docx", "Biên bản, bản Word", word.render(sheet, now))


def _resolutions(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    if not seen.manages:
        return
    for one in resolutions.of_meeting(db, seen.meeting.id):
        sheet = printed.resolution_sheet(db, seen.meeting, one, None)
        to.add("nghi-quyet", f"{one.item.title}.docx", one.summary, word.render(sheet, now))


def _comments(db: Session, person: Person, seen: queries.Seen, now: datetime, to: _Dossier) -> None:
    to.table(
        "gop-y", ["TT", "Nội dung chương trình", "Tài liệu", "Trang", "Người góp ý", "Góp ý"],
        ([one.number, one.item, one.paper, one.comment.page or "", one.comment.name, one.comment.text]
         for one in comment_queries.listed(db, seen.meeting.id, person.labels)),
    )  # fmt: skip
