"""Votes in the plan of a meeting: how they were put, to be put again as drafts."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ecabinet.access import Person
from ecabinet.meetings import planning
from ecabinet.meetings.agenda import items_of
from ecabinet.meetings.attendance import NewCode
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.meetings.plan_rules import Plan
from ecabinet.registry.models import Body, Unit
from ecabinet.voting import operations, rules
from ecabinet.voting import queries as votes


def plan_of(db: Session, meeting: Meeting) -> Plan:
    """A meeting with its votes as a plan. Second rounds and runs put again are not: each vote is put once."""
    places = {item.id: n for n, item in enumerate(items_of(db, meeting.id))}
    drafts: dict[tuple[object, ...], dict[str, Any]] = {}
    for poll in votes.polls_of(db, meeting.id):
        if poll.round == 1:
            drafts.setdefault((poll.title, poll.item_id, poll.kind), _written(votes.draft_of(poll), places))
    return replace(planning.plan_of(db, meeting), votes=tuple(drafts.values()))


def _written(draft: rules.PollDraft, places: dict[int, int]) -> dict[str, Any]:
    return asdict(draft) | {"item_id": None, "item": places.get(draft.item_id or 0)}


def _read(stored: dict[str, Any], items: Sequence[AgendaItem]) -> rules.PollDraft:
    values = dict(stored)
    place = values.pop("item")
    majority = values["majority"]
    return rules.PollDraft(
        **values
        | {
            "item_id": items[place].id if place is not None and place < len(items) else None,
            "majority": rules.Majority(**majority | {"base": rules.Base(majority["base"])}),
            "kind": rules.PollKind(values["kind"]),
            "manner": rules.Manner(values["manner"]),
            "labels": tuple(values["labels"]),
            "candidates": tuple(rules.Candidate(**one) for one in values["candidates"]),
            "choices": rules.Choices(**values["choices"]),
        }
    )


def make_meeting(
    db: Session, person: Person, unit: Unit, body: Body | None, plan: Plan, starts_at: datetime, new_code: NewCode
) -> Meeting:
    """A draft by a plan, with its votes as drafts."""
    meeting, items = planning.make_meeting(db, person, unit, body, plan, starts_at, new_code)
    for stored in plan.votes:
        operations.draft_poll(db, meeting, _read(stored, items))
    return meeting
