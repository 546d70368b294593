"""The facts of a meeting that its minutes are made from, gathered in one place."""

from collections import defaultdict
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.clock import ZONE
from ecabinet.labels import label, rule_text
from ecabinet.meetings import agenda_queries, audience_queries, queries, speaker_queries
from ecabinet.meetings.life_models import MeetingStep
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.models import AgendaItem, AgendaTurn, Attendance, Meeting, Participant
from ecabinet.meetings.rules import OVER, ParticipantRole, Rsvp
from ecabinet.minutes.models import Conclusion
from ecabinet.minutes.rules import ConclusionState
from ecabinet.minutes.texts import Attendee, Facts, Item, Speech, TaskFact, Vote
from ecabinet.tasks import queries as tasks
from ecabinet.tasks.models import Task
from ecabinet.voting import queries as voting
from ecabinet.voting.models import Poll
from ecabinet.voting.published import outcome_text

ITEM, CONCLUSION, MEETING = "item", "conclusion", "meeting"
"""What tasks of a meeting are given from: the kinds of their source."""


def conclusions_of(db: Session, meeting_id: int, *, announced: bool = False) -> list[Conclusion]:
    """The conclusions of a meeting in order."""
    found = select(Conclusion).where(Conclusion.meeting_id == meeting_id).order_by(Conclusion.position, Conclusion.id)
    if announced:
        found = found.where(Conclusion.state == ConclusionState.ANNOUNCED)
    return list(db.scalars(found))


def tasks_by_source(db: Session, meeting: Meeting) -> dict[tuple[str, int], list[Task]]:
    """The tasks given from anything of a meeting."""
    items = agenda_queries.agenda(db, meeting, runs=True)
    sources = [
        (MEETING, meeting.id),
        *((ITEM, item.id) for item in items),
        *((CONCLUSION, one.id) for one in conclusions_of(db, meeting.id)),
    ]
    return tasks.of_sources(db, sources)


def facts_of(db: Session, meeting: Meeting) -> Facts:
    """All of it, as of now; in Vietnamese whoever asks, as the paper is."""
    with force_locale("vi"):
        return _facts(db, meeting)


def _facts(db: Session, meeting: Meeting) -> Facts:
    people = queries.participants(db, meeting.id)
    began, ended = _times(db, meeting)
    return Facts(
        title=meeting.title,
        body=meeting.body.name if meeting.body else "",
        place=meeting.place,
        began=began,
        ended=ended,
        chairs=tuple(_called(one) for one in people if one.role == ParticipantRole.CHAIR),
        secretaries=tuple(_called(one) for one in people if one.role == ParticipantRole.SECRETARY),
        people=_attendees(db, people),
        **_items(db, meeting),  # type: ignore[arg-type]
    )


def _called(one: Participant) -> str:
    return ", ".join(part for part in (one.name, one.title) if part)


def _times(db: Session, meeting: Meeting) -> tuple[datetime, datetime | None]:
    """When it began and ended: as was recorded; of a meeting without that by the items opened, else by its plan."""
    steps: dict[str, datetime] = {
        action: at
        for action, at in db.execute(
            select(MeetingStep.action, MeetingStep.at).where(MeetingStep.meeting_id == meeting.id)
        )
    }
    turns = list(db.scalars(select(AgendaTurn).where(AgendaTurn.meeting_id == meeting.id)))
    began = steps.get(Action.BEGIN) or min((turn.began_at for turn in turns), default=meeting.starts_at)
    if meeting.state not in OVER:
        return began, None
    last = max((turn.ended_at for turn in turns if turn.ended_at), default=meeting.ends_at)
    return began, max(steps.get(Action.CONCLUDE) or last, began)


def _attendees(db: Session, people: list[Participant]) -> tuple[Attendee, ...]:
    moves: dict[int, list[Attendance]] = defaultdict(list)
    ids = [one.id for one in people]
    for move in db.scalars(select(Attendance).where(Attendance.participant_id.in_(ids)).order_by(Attendance.id)):
        moves[move.participant_id].append(move)
    names = {one.id: one.name for one in people}
    instead = {one.represents_id: one.name for one in people if one.represents_id}
    return tuple(
        Attendee(
            one.name, one.title, one.unit_name, one.voting,
            guest=one.role == ParticipantRole.GUEST,
            reason=one.reason, announced=one.rsvp in (Rsvp.ABSENT, Rsvp.SUBSTITUTED),
            came=next((move.at for move in moves[one.id] if move.present), None),
            left=moves[one.id][-1].at if moves[one.id] and not moves[one.id][-1].present else None,
            for_name=names.get(one.represents_id or 0, ""), substitute=instead.get(one.id, ""),
        )
        for one in people
    )  # fmt: skip


def _items(db: Session, meeting: Meeting) -> dict[str, object]:
    spans: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for turn in agenda_queries.turns(db, meeting.id):
        spans[turn.item_id].append((turn.began_at, turn.ended_at))
    speeches: dict[int | None, list[Speech]] = defaultdict(list)
    for one in speaker_queries.speeches(db, meeting.id):
        speeches[one.item_id].append(Speech(one.name, one.unit_name, one.kind, one.topic, one.seconds))
    votes: dict[int | None, list[Vote]] = defaultdict(list)
    for poll in voting.published(db, meeting.id):
        votes[poll.item_id].append(vote_fact(db, poll))
    said: dict[int | None, list[str]] = defaultdict(list)
    given: dict[int | None, list[TaskFact]] = defaultdict(list)
    by_source = tasks_by_source(db, meeting)
    for conclusion in conclusions_of(db, meeting.id, announced=True):
        said[conclusion.item_id].append(conclusion.text)
        given[conclusion.item_id] += [_task(task) for task in by_source[(CONCLUSION, conclusion.id)]]
    lines = agenda_queries.agenda(db, meeting, runs=True)
    untold = audience_queries.closed(db, meeting.id, audience_queries.in_minutes(db, meeting.id))
    for line in lines:
        given[line.id] += [_task(task) for task in by_source[(ITEM, line.id)]]
    given[None] += [_task(task) for task in by_source[(MEETING, meeting.id)]]

    def item(key: int | None, number: str, title: str, presenters: tuple[str, ...] = (), **more: bool) -> Item:
        return Item(
            key or 0, number, title, presenters, spans=tuple(spans[key or 0]), speeches=tuple(speeches[key]),
            votes=tuple(votes[key]), conclusions=tuple(said[key]), tasks=tuple(given[key]), **more,
        )  # fmt: skip

    return {
        "items": tuple(
            item(
                line.id,
                line.full,
                line.title,
                tuple(line.presenters),
                is_break=line.is_break,
                hidden=line.hidden or line.id in untold,
            )
            for line in lines
        ),
        "rest": item(None, "", "Nội dung khác"),
    }


def _task(task: Task) -> TaskFact:
    return TaskFact(task.title, task.owner_name, tuple(helper.name for helper in task.helpers), task.due_on)


def vote_fact(db: Session, poll: Poll) -> Vote:
    """A published vote in figures and words."""
    result = voting.result(db, poll)
    return Vote(
        poll.title, str(label("manner", poll.manner)), rule_text(poll.majority) + _reference(poll),
        poll.quorum_present or 0, poll.quorum_summoned or 0, result.counted.room.issued, result.counted.cast,
        result.counted.valid, tuple((one.label, one.count, one.percent) for one in result.options),
        outcome_text(poll, result),
    )  # fmt: skip


def _reference(poll: Poll) -> str:
    return f" ({poll.reference})" if poll.reference else ""


def published_on(poll: Poll) -> str:
    """The day of a vote, as papers name it."""
    return poll.published_at.astimezone(ZONE).strftime("%d/%m/%Y") if poll.published_at else ""


def meeting_of_conclusion(db: Session, conclusion_id: int) -> int:
    """The meeting that a conclusion belongs to."""
    return db.scalars(select(Conclusion.meeting_id).where(Conclusion.id == conclusion_id)).one()


def meeting_of_item(db: Session, item_id: int) -> int:
    """The meeting that an item belongs to."""
    return db.scalars(select(AgendaItem.meeting_id).where(AgendaItem.id == item_id)).one()
