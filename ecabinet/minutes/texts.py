"""The words of minutes, from plain facts. They are Vietnamese whatever the reader's language, as the paper is.

A section is plain text: a line that begins with "- " is one of a list, any other a paragraph.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ecabinet.clock import ZONE


@dataclass(frozen=True)
class Attendee:
    """Somebody invited. ``came`` and ``left`` are the first arrival and the last departure, ``left`` None for who was
    there to the end. ``for_name``: whom a substitute represents; ``substitute``: who came instead.
    """

    name: str
    title: str
    unit: str
    voting: bool
    guest: bool
    reason: str = ""
    announced: bool = False
    came: datetime | None = None
    left: datetime | None = None
    for_name: str = ""
    substitute: str = ""

    @property
    def full(self) -> str:
        """Name with position and unit."""
        return ", ".join(part for part in (self.name, self.title, self.unit) if part)


@dataclass(frozen=True)
class Speech:
    """Somebody spoke. ``kind``: speech, question or order."""

    name: str
    unit: str
    kind: str
    topic: str
    seconds: int


@dataclass(frozen=True)
class Vote:
    """A published vote: its figures as lines, and what was decided."""

    title: str
    manner: str
    rule: str
    present: int
    summoned: int
    issued: int
    cast: int
    valid: int
    options: tuple[tuple[str, int, float], ...]
    outcome: str


@dataclass(frozen=True)
class TaskFact:
    """A task that was given."""

    title: str
    owner: str
    helpers: tuple[str, ...]
    due_on: date


@dataclass(frozen=True)
class Item:
    """What was dealt with under an item. ``spans``: from when to when it was open."""

    id: int
    number: str
    title: str
    presenters: tuple[str, ...] = ()
    is_break: bool = False
    hidden: bool = False
    spans: tuple[tuple[datetime, datetime | None], ...] = ()
    speeches: tuple[Speech, ...] = ()
    votes: tuple[Vote, ...] = ()
    conclusions: tuple[str, ...] = ()
    tasks: tuple[TaskFact, ...] = ()

    @property
    def dealt_with(self) -> bool:
        """Whether there is anything to tell of it."""
        return bool(self.spans or self.speeches or self.votes or self.conclusions or self.tasks)


@dataclass(frozen=True)
class Facts:
    """All that minutes are made from. ``rest`` is what belongs to no item; ``ended`` is None while it goes on."""

    title: str
    body: str
    place: str
    began: datetime
    ended: datetime | None
    chairs: tuple[str, ...]
    secretaries: tuple[str, ...]
    people: tuple[Attendee, ...]
    items: tuple[Item, ...]
    rest: Item


@dataclass(frozen=True)
class Section:
    """A section as the data give it."""

    key: str
    heading: str
    text: str
    item_id: int | None = None


A_MOMENT = timedelta(minutes=5)
"""Who comes or goes within this of the beginning or the end was there for all of it."""
GROUPS = {
    "opening": "Thời gian, địa điểm",
    "attendance": "Thành phần",
    "item": "Nội dung và diễn biến",
    "conclusions": "Kết luận",
    "tasks": "Nhiệm vụ được giao",
    "closing": "Bế mạc",
}
"""The parts of minutes in order; each item is a section of its own in the third."""


def group_of(key: str) -> str:
    """The part that a section stands in."""
    return key.split(":", maxsplit=1)[0]


def sections(facts: Facts) -> list[Section]:
    """The minutes as the data give them, in order. What is hidden stands in sections of its items alone."""
    shown = [item for item in facts.items if not item.hidden]
    made = [
        Section("opening", GROUPS["opening"], _opening(facts)),
        Section("attendance", GROUPS["attendance"], _attendance(facts)),
        *(_item(item) for item in facts.items if item.dealt_with and not item.is_break),
    ]
    if facts.rest.speeches or facts.rest.votes:
        made.append(Section("item:0", "Nội dung khác", _lines(_course(facts.rest))))
    of_all = [*shown, facts.rest]
    said = [text for item in of_all for text in item.conclusions]
    given = [task for item in of_all for task in item.tasks]
    if said:
        numbered = [f"{n}. {text}" for n, text in enumerate(said, 1)] if len(said) > 1 else said
        made.append(Section("conclusions", GROUPS["conclusions"], _lines(numbered)))
    if given:
        made.append(Section("tasks", GROUPS["tasks"], _lines(_task(task) for task in given)))
    made.append(Section("closing", GROUPS["closing"], _closing(facts)))
    return made


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def clock(at: datetime) -> str:
    """A time as minutes say it."""
    return at.astimezone(ZONE).strftime("%H giờ %M")


def _day(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("ngày %d tháng %m năm %Y")


def _opening(facts: Facts) -> str:
    return _lines(
        (
            f"Thời gian bắt đầu: {clock(facts.began)}, {_day(facts.began)}.",
            f"Địa điểm: {facts.place}." if facts.place else "",
            f"Chủ trì: {'; '.join(facts.chairs)}." if facts.chairs else "",
            f"Thư ký: {'; '.join(facts.secretaries)}." if facts.secretaries else "",
        )
    )


def _attendance(facts: Facts) -> str:
    seats = [one for one in facts.people if one.voting and not one.for_name]
    here = [one for one in seats if one.came]
    stood_in = [one for one in facts.people if one.for_name and one.came]
    away = [one for one in seats if not one.came]
    absent = [one for one in away if not any(two.for_name == one.name for two in stood_in)]
    guests = [one for one in facts.people if one.guest and one.came]
    lines = [
        f"Được triệu tập: {len(seats)} đồng chí.",
        f"Có mặt: {len(here)} đồng chí" + (f"; dự thay: {len(stood_in)} đồng chí" if stood_in else "") + ".",
        f"Vắng mặt: {len(absent)} đồng chí." if absent else "",
        *(f"- {one.full}: {_reason(one)}." for one in absent),
        "Dự thay:" if stood_in else "",
        *(f"- {one.full}, dự thay đồng chí {one.for_name}." for one in stood_in),
        "Khách mời:" if guests else "",
        *(f"- {one.full}." for one in guests),
    ]
    return _lines([*lines, *_late(facts, [*here, *stood_in])])


def _reason(one: Attendee) -> str:
    if one.announced:
        return f"vắng có lý do ({one.reason})" if one.reason else "vắng có lý do"
    return "vắng không lý do"


def _late(facts: Facts, here: list[Attendee]) -> list[str]:
    late = [one for one in here if one.came and one.came > facts.began + A_MOMENT]
    early = [one for one in here if one.left and (facts.ended is None or one.left < facts.ended - A_MOMENT)]
    return [
        "Đến sau giờ khai mạc:" if late else "",
        *(f"- {one.name}, lúc {clock(one.came)}." for one in late if one.came),
        "Rời phiên họp trước khi bế mạc:" if early else "",
        *(f"- {one.name}, lúc {clock(one.left)}." for one in early if one.left),
    ]


def _item(item: Item) -> Section:
    heading = f"{item.number}. {item.title}" if item.number else item.title
    return Section(f"item:{item.id}", heading, _lines(_course(item)), item.id)


def _course(item: Item) -> list[str]:
    """What happened under an item. What it concluded stands in a part of its own, unless the item is hidden."""
    times = "; ".join(f"từ {clock(a)} đến {clock(b)}" if b else f"từ {clock(a)}" for a, b in item.spans)
    lines = [
        f"Thời gian: {times}." if times else "",
        f"Trình bày: {', '.join(item.presenters)}." if item.presenters else "",
    ]
    spoken = [one for one in item.speeches if one.kind != "order"]
    if spoken:
        lines += [f"Phát biểu, thảo luận ({len(spoken)} lượt):", *(_speech(one) for one in item.speeches)]
    else:
        lines += [_speech(one) for one in item.speeches]
    for vote in item.votes:
        lines += _vote(vote)
    if item.hidden:
        lines += [f"Kết luận: {text}" for text in item.conclusions]
        lines += [_task(task) for task in item.tasks]
    return lines


_KINDS = {"speech": "", "question": " chất vấn", "order": " nêu ý kiến về thủ tục"}


def _speech(one: Speech) -> str:
    topic = f": {one.topic}" if one.topic else ""
    minutes = f" ({max(1, round(one.seconds / 60))} phút)" if one.seconds else ""
    return f"- {', '.join(part for part in (one.name, one.unit) if part)}{_KINDS[one.kind]}{topic}{minutes}."


def _percent(value: float) -> str:
    return f"{value:.2f}".replace(".", ",") + "%"


def _vote(vote: Vote) -> list[str]:
    figures = f"phát ra {vote.issued}, thu về {vote.cast}, hợp lệ {vote.valid}"
    return [
        f"Biểu quyết: {vote.title}. {vote.manner}; có mặt {vote.present}/{vote.summoned}; {figures}.",
        *(f"- {name}: {count} phiếu ({_percent(share)})." for name, count, share in vote.options),
        f"{vote.outcome} Quy tắc: {vote.rule}." if vote.outcome else "",
    ]


def _task(task: TaskFact) -> str:
    helpers = f"; phối hợp: {', '.join(task.helpers)}" if task.helpers else ""
    return f"- {task.title}. Chủ trì thực hiện: {task.owner}{helpers}. Hạn: {task.due_on.strftime('%d/%m/%Y')}."


def _closing(facts: Facts) -> str:
    if facts.ended is None:
        return "Phiên họp đang diễn ra."
    same_day = facts.ended.astimezone(ZONE).date() == facts.began.astimezone(ZONE).date()
    when = f"{clock(facts.ended)} cùng ngày" if same_day else f"{clock(facts.ended)}, {_day(facts.ended)}"
    return f"Phiên họp kết thúc lúc {when}. Biên bản được thông qua và ký xác nhận bằng chữ ký số."
