"""Conclusions and minutes as what can be found. What the minutes do not tell all of is an entry of its own, for those
only who run the meeting; sealed minutes are a document of the archive and found as that.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.search import Entry
from documents.search_query import Field
from ecabinet.clock import ZONE
from ecabinet.entries import EntryKind, itself, key_of
from ecabinet.meetings import entries as meetings
from ecabinet.minutes import rules
from ecabinet.minutes.models import Conclusion, Minutes, MinutesSection
from ecabinet.minutes.rules import ConclusionState, MinutesState

CONCLUSION, MINUTES, HIDDEN = "conclusion", "minutes", "hidden_minutes"
TITLE_WORDS = 16


def _conclusions(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    found = list(db.scalars(select(Conclusion).where(Conclusion.id.in_(ids))))
    of = meetings.meetings_of(db, (one.meeting_id for one in found))
    closed = meetings.closed_items(db, of.values())
    for one in found:
        meeting = of[one.meeting_id]
        announced = closed.get(one.item_id or 0, meetings.seen_labels(meeting))
        yield Entry(
            key=key_of(CONCLUSION, one.id),
            kind=CONCLUSION,
            title=_beginning(one.text),
            text=one.text,
            labels=announced if one.state == ConclusionState.ANNOUNCED else meetings.running_labels(meeting),
            issued_on=(one.announced_at or one.written_at).astimezone(ZONE).date(),
            unit=meeting.unit.name,
            meeting=meetings.named(meeting),
            also=((Field.KIND, "kết luận"),),
        )


def _beginning(text: str) -> str:
    words = text.split()
    return " ".join(words[:TITLE_WORDS]) + (" …" if len(words) > TITLE_WORDS else "")


def _minutes(db: Session, ids: Sequence[int], *, hidden: bool) -> Iterator[Entry]:
    found = list(db.scalars(select(Minutes).where(Minutes.id.in_(ids))))
    of = meetings.meetings_of(db, (one.meeting_id for one in found))
    untold = meetings.untold_items(db, of.values())
    sections: dict[int, list[MinutesSection]] = defaultdict(list)
    for section in db.scalars(
        select(MinutesSection).where(MinutesSection.minutes_id.in_(ids)).order_by(MinutesSection.position)
    ):
        if (section.item_id in untold) == hidden:
            sections[section.minutes_id].append(section)
    for one in found:
        meeting = of[one.meeting_id]
        if one.id not in sections or (one.state == MinutesState.LOCKED and not hidden):
            continue
        shared = one.state in rules.SHARED and not hidden
        yield Entry(
            key=key_of(HIDDEN if hidden else MINUTES, one.id),
            kind=MINUTES,
            title=f"Biên bản: {meeting.title}",
            text="\n".join(f"{section.heading}\n{section.text}" for section in sections[one.id]),
            labels=meetings.seen_labels(meeting) if shared else meetings.running_labels(meeting),
            heading="Nội dung không công bố trong chương trình" if hidden else "",
            issued_on=meeting.starts_at.astimezone(ZONE).date(),
            unit=meeting.unit.name,
            meeting=meetings.named(meeting),
            also=((Field.KIND, "biên bản"),),
        )


def _conclusion_pages(db: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = db.execute(select(Conclusion.id, Conclusion.meeting_id).where(Conclusion.id.in_(ids)))
    return {
        number: url_for("conclusions.page", meeting_id=meeting_id, _anchor=f"conclusion-{number}")
        for number, meeting_id in rows
    }


def _minutes_pages(db: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = db.execute(select(Minutes.id, Minutes.meeting_id).where(Minutes.id.in_(ids)))
    return {number: url_for("minutes.page", meeting_id=meeting_id) for number, meeting_id in rows}


def _of_meeting(table: type[Conclusion] | type[Minutes]) -> Callable[[Session, int], Sequence[int]]:
    return lambda db, meeting_id: db.scalars(select(table.id).where(table.meeting_id == meeting_id)).all()


def _below(table: type[Conclusion] | type[Minutes]) -> Callable[[Session, int], Sequence[int]]:
    return lambda db, unit_id: db.scalars(
        select(table.id).where(table.meeting_id.in_(meetings.below(db, unit_id)))
    ).all()


_OF_CONCLUSIONS = dict.fromkeys(("conclusions", "meeting", "agenda"), _of_meeting(Conclusion)) | {
    "conclusion": itself,
    "unit": _below(Conclusion),
}
_OF_MINUTES = dict.fromkeys(("minutes", "meeting", "agenda"), _of_meeting(Minutes)) | {"unit": _below(Minutes)}
KINDS = (
    EntryKind(CONCLUSION, Conclusion.id, Conclusion.text, _conclusions, _conclusion_pages, _OF_CONCLUSIONS),
    EntryKind(MINUTES, Minutes.id, None, lambda db, ids: _minutes(db, ids, hidden=False), _minutes_pages, _OF_MINUTES),
    EntryKind(HIDDEN, Minutes.id, None, lambda db, ids: _minutes(db, ids, hidden=True), _minutes_pages, _OF_MINUTES),
)
