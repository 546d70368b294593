"""What is read of annotations for a page: what is new at a desk, what the pages of a version are to be told, and whom
one may share with.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from documents import annotation_queries
from documents.text import exact, fold
from ecabinet.access import meeting_label
from ecabinet.meetings.models import Participant
from ecabinet.reading import records
from ecabinet.reading.desks import Desk
from ecabinet.reading.layers import hidden_of
from ecabinet.reading.records import Record
from ecabinet.registry.models import Account, Member, Unit

ANSWER_BYTES = 4 * 1024 * 1024
MESSAGE_BYTES = 256 * 1024
PEOPLE_SHOWN = 20
LEAST_LETTERS = 2


def news(db: Session, desk: Desk, since: int) -> dict[str, Any]:
    """What this desk has not heard of after ``since``; ``seq``: up to where it then has heard of everything. With
    ``more`` the answer was too long for one.
    """
    seq = annotation_queries.seq_of(db, desk.place.version_id)
    told: list[Record] = []
    size = 0
    for one in annotation_queries.since(db, desk.place.version_id, desk.reader, since):
        if size > ANSWER_BYTES:
            return _answer(desk, told[-1]["seq"], told) | {"more": True}
        told.append(records.gone(one.annotation, one.seq) if one.gone else records.record(one.annotation))
        size += len(orjson.dumps(told[-1]))
    return _answer(desk, seq, told)


def _answer(desk: Desk, seq: int, told: list[Record]) -> dict[str, Any]:
    return {"seq": seq, "hidden": desk.hidden, "may_hide": desk.runs, "annotations": told}


@dataclass(frozen=True)
class Told:
    """What the pages that show a version are to hear: by the label of those concerned, messages of a bounded size.

    Whoever has heard all of it has heard of everything up to ``seq``.
    """

    seq: int
    by_label: dict[str, list[list[Record]]]


def to_tell(db: Session, version_id: int, since: int) -> Told:
    """What is new on a version after ``since``, for everybody; nothing that is hidden from its meeting."""
    seq = annotation_queries.seq_of(db, version_id)
    changes = annotation_queries.changes_after(db, version_id, since)
    meetings = {int(label.partition(":")[2]) for _key, label, _at, _shown in changes if label.startswith("meeting:")}
    hidden = {meeting_label(one) for one in hidden_of(db, meetings)}
    changes = [one for one in changes if one[1] not in hidden]
    found = annotation_queries.by_ids(db, {key for key, _label, _at, _shown in changes})
    by_label: dict[str, list[Record]] = defaultdict(list)
    whole: dict[str, Record] = {}
    for key, label, at, shown in changes:
        if key in found:
            if shown and key not in whole:
                whole[key] = records.record(found[key])
            by_label[label].append(whole[key] if shown else records.gone(found[key], at))
    return Told(seq, {label: _messages(some) for label, some in by_label.items()})


def _messages(some: list[Record]) -> list[list[Record]]:
    """Cut where a message would grow too long for a tablet that is slow to read it."""
    messages: list[list[Record]] = [[]]
    size = 0
    for one in some:
        length = len(orjson.dumps(one))
        if messages[-1] and size + length > MESSAGE_BYTES:
            messages.append([])
            size = 0
        messages[-1].append(one)
        size += length
    return messages


def people(db: Session, desk: Desk, name: str, now: datetime) -> list[dict[str, Any]]:
    """Whom this desk may share with, but itself: the participants of the meeting who may open the paper, else members
    of that name who may.
    """
    rows: Sequence[Row[int, str, str]]
    if desk.place.meeting_id is not None:
        rows = db.execute(_of_meeting(desk.place.meeting_id)).all()
    elif len(name.strip()) < LEAST_LETTERS:
        return []
    else:
        rows = db.execute(_named(name)).all()
    may = records.who_may_open(db, {row[0] for row in rows}, desk.place.document_id, now) - {desk.person.member_id}
    shown = [{"id": key, "name": who, "unit": unit} for key, who, unit in rows if key in may]
    return shown if desk.place.meeting_id is not None else shown[:PEOPLE_SHOWN]


def _of_meeting(meeting_id: int) -> Select[int, str, str]:
    rows = select(Participant.member_id, Participant.name, Participant.unit_name)
    return rows.where(Participant.meeting_id == meeting_id).order_by(Participant.rank, Participant.id)


def _named(name: str) -> Select[int, str, str]:
    """Members who can sign in and whose name contains this, marks aside; a few more than are shown."""
    return (
        select(Member.id, Member.full_name, Unit.name)
        .join(Unit, Unit.id == Member.unit_id)
        .where(
            Member.search_name.contains(fold(exact(name.strip())), autoescape=True),
            Member.id.in_(select(Account.member_id).where(Account.active)),
        )
        .order_by(Member.search_name, Member.id)
        .limit(5 * PEOPLE_SHOWN)
    )
