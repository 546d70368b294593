"""What is read of minutes: as far as each may see them. Sections of hidden items are for those who run the meeting."""

import difflib
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.errors import NotFound
from ecabinet.meetings import agenda_rules, audience_queries
from ecabinet.meetings.audience_queries import NOBODY
from ecabinet.meetings.audience_rules import Circle
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.meetings.queries import Seen
from ecabinet.minutes import operations, rules
from ecabinet.minutes.models import Minutes, MinutesComment, MinutesSection, SectionEditor, SectionRevision
from ecabinet.minutes.rules import Difference
from ecabinet.minutes.texts import GROUPS, Section, group_of
from ecabinet.registry.models import Member


def minutes_of(db: Session, meeting_id: int) -> Minutes | None:
    """The minutes of a meeting, or None before they were begun."""
    return db.scalar(select(Minutes).where(Minutes.meeting_id == meeting_id).options(joinedload(Minutes.meeting)))


def load(db: Session, seen: Seen) -> Minutes:
    """The minutes for those who run the meeting, and for the invited from the moment they are sent for comment."""
    found = minutes_of(db, seen.meeting.id)
    if found is None or not may_read(seen, found):
        raise NotFound(f"minutes of meeting {seen.meeting.id}")
    return found


def may_read(seen: Seen, minutes: Minutes | None) -> bool:
    """Whether somebody who sees the meeting may read its minutes."""
    return minutes is not None and (seen.manages or (seen.participant is not None and minutes.state in rules.SHARED))


def lock_row(db: Session, minutes: Minutes) -> None:
    """Hold the minutes until the transaction ends: of two changes at once the second sees what the first has made."""
    db.execute(select(Minutes.id).where(Minutes.id == minutes.id).with_for_update(key_share=True))
    db.refresh(minutes)


def load_section(db: Session, minutes: Minutes, section_id: int, *, change: bool = False) -> MinutesSection:
    """A section of these minutes; ``change``: locked until the transaction ends."""
    if change:
        db.execute(select(MinutesSection.id).where(MinutesSection.id == section_id).with_for_update(key_share=True))
    section = db.get(MinutesSection, section_id)
    if section is None or section.minutes_id != minutes.id:
        raise NotFound(f"section {section_id} of minutes {minutes.id}")
    if change:
        db.refresh(section)
    return section


def closed_items(db: Session, meeting: Meeting, circle: Circle = NOBODY) -> frozenset[int]:
    """The items that those of a circle do not know of, as they are now: hidden ones, and those for others."""
    items = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).order_by(AgendaItem.position))
    hidden = agenda_rules.hidden_ids([item.line for item in items])
    return hidden | audience_queries.closed(db, meeting.id, circle)


def untold_items(db: Session, meeting: Meeting) -> frozenset[int]:
    """The items that the minutes for all do not tell of: of those for named participants the secretariat decides."""
    return closed_items(db, meeting, audience_queries.in_minutes(db, meeting.id))


def sections(db: Session, minutes: Minutes, *, hidden: bool) -> list[MinutesSection]:
    """The sections in order; ``hidden``: those of hidden items among them."""
    closed = untold_items(db, minutes.meeting)
    return [one for one in operations.sections_of(db, minutes) if hidden or one.item_id not in closed]


@dataclass(frozen=True)
class Shown:
    """A section on the page. ``fresh``: how the data differ from it, empty when they do not."""

    section: MinutesSection
    hidden: bool
    editors: list[str]
    comments: list[MinutesComment]
    fresh: list[Difference]

    @property
    def lines(self) -> list[tuple[bool, str]]:
        """Its lines, and whether each is one of a list."""
        return lines_of(self.section.text)


@dataclass
class Part:
    """A part of the minutes with its sections: only the one of the items has several."""

    heading: str
    several: bool
    shown: list[Shown] = field(default_factory=list)


def lines_of(text: str) -> list[tuple[bool, str]]:
    """A text line by line: (whether it is one of a list, its words)."""
    return [(line.startswith("- "), line.removeprefix("- ")) for line in text.splitlines() if line.strip()]


def parts(db: Session, seen: Seen, minutes: Minutes, made: list[Section] | None, now: datetime) -> list[Part]:
    """The minutes as a page shows them; ``made`` is what the data say now, for those who write."""
    closed = untold_items(db, minutes.meeting)
    writing = editors(db, minutes, now, without=0)
    fresh = {one.key: one.text for one in made or []}
    found: dict[str, Part] = {}
    for section in sections(db, minutes, hidden=seen.manages):
        group = group_of(section.key)
        part = found.setdefault(group, Part(GROUPS.get(group, section.heading), group == "item"))
        differs = difference(section.text, fresh[section.key]) if section.key in fresh else []
        part.shown.append(
            Shown(
                section, section.item_id in closed, writing.get(section.id, []), operations.comments_of(db, section.id),
                differs,
            )
        )  # fmt: skip
    return list(found.values())


def editors(db: Session, minutes: Minutes, now: datetime, *, without: int) -> dict[int, list[str]]:
    """Section id → the names of those who have it open for writing, all but one member."""
    rows = db.execute(
        select(SectionEditor.section_id, Member.full_name)
        .join(Member, Member.id == SectionEditor.member_id)
        .join(MinutesSection, MinutesSection.id == SectionEditor.section_id)
        .where(
            MinutesSection.minutes_id == minutes.id,
            SectionEditor.seen_at >= now - operations.EDITOR_STAYS,
            SectionEditor.member_id != without,
        )
        .order_by(Member.full_name)
    )
    found: dict[int, list[str]] = {}
    for section_id, name in rows:
        found.setdefault(section_id, []).append(name)
    return found


def revisions(db: Session, section_id: int) -> list[tuple[SectionRevision, str]]:
    """What a section said before, newest first, with who wrote it; "" for the data."""
    rows = db.execute(
        select(SectionRevision, Member.full_name)
        .outerjoin(Member, Member.id == SectionRevision.member_id)
        .where(SectionRevision.section_id == section_id)
        .order_by(SectionRevision.revision.desc())
        .limit(50)
    )
    return [(one, name or "") for one, name in rows]


def difference(old: str, new: str) -> list[Difference]:
    """Two texts compared line by line; empty when they are the same."""
    if old == new:
        return []
    signs = {"- ": "-", "+ ": "+", "  ": ""}
    compared = difflib.ndiff(old.splitlines(), new.splitlines())
    return [Difference(signs[line[:2]], line[2:]) for line in compared if line[:2] in signs]
