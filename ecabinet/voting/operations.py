"""Changes of votes. None commits. Each is on the audit trail, which never says who voted how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Problem
from ecabinet import audit
from ecabinet.clock import ZONE
from ecabinet.meetings import audience_queries
from ecabinet.meetings.agenda import require_no_break
from ecabinet.meetings.attendance import places
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.operations import advance
from ecabinet.meetings.printed import keep
from ecabinet.meetings.rules import ROOM_IS_OPEN, MeetingState, Place, check_quorum, concerned, entitled, quorum
from ecabinet.registry.queries import seats_of
from ecabinet.sealing import Sealer
from ecabinet.voting import queries, rules, tally_rules, urn
from ecabinet.voting.models import Poll, PollOption, Voter


@dataclass(frozen=True)
class Act:
    """Who does it (a member's id) and when; ``sealer`` holds the server's secret, under which urns are sealed."""

    by: int | None
    now: datetime
    sealer: Sealer


def draft_poll(db: Session, meeting: Meeting, draft: rules.PollDraft) -> Poll:
    """Prepare a vote: a motion with its three options, or an election with its candidates."""
    rules.check_poll(draft)
    poll = Poll(meeting_id=meeting.id, state=rules.PollState.DRAFT)
    _configure(poll, draft)
    db.add(poll)
    db.flush()
    changed(db, "polls", meeting.id)
    return poll


def edit_poll(db: Session, poll: Poll, draft: rules.PollDraft) -> None:
    """Put it differently, as long as it was not opened."""
    _require_draft(poll)
    rules.check_poll(draft)
    # The old options leave before the new ones take their positions.
    poll.options = []
    db.flush()
    _configure(poll, draft)
    changed(db, "polls", poll.meeting_id)


def remove_poll(db: Session, poll: Poll) -> None:
    """Take back a draft. What was once open is only ever cancelled."""
    _require_draft(poll)
    db.delete(poll)
    changed(db, "poll", poll.id)
    changed(db, "polls", poll.meeting_id)


def _require_preparing(poll: Poll) -> None:
    if poll.meeting.state not in (MeetingState.DRAFT, *ROOM_IS_OPEN):
        raise Problem("wrong_state", f"meeting {poll.meeting_id} is over")


def _require_draft(poll: Poll) -> None:
    _require_preparing(poll)
    if poll.state != rules.PollState.DRAFT:
        raise Problem("poll_frozen")


def _configure(poll: Poll, draft: rules.PollDraft) -> None:
    motion = draft.kind == rules.PollKind.MOTION
    choices = rules.ONE_OPTION if motion else draft.choices
    poll.item_id, poll.title, poll.reference = draft.item_id, draft.title, draft.reference
    poll.kind, poll.manner = draft.kind, draft.manner
    poll.majority_numerator, poll.majority_denominator = draft.majority.numerator, draft.majority.denominator
    poll.majority_strict, poll.majority_base = draft.majority.strict, draft.majority.base
    poll.least, poll.most, poll.seats = choices.least, choices.most, choices.seats
    poll.cross_out = draft.cross_out and not motion
    poll.needs_quorum, poll.live_results, poll.shows_progress = (
        draft.needs_quorum, draft.live_results, draft.shows_progress,
    )  # fmt: skip
    if motion:
        meant = list(zip(rules.MOTION_KEYS, draft.labels, [""] * len(draft.labels), strict=True))
    else:
        meant = [(rules.OptionKey.CANDIDATE, one.name, one.note) for one in draft.candidates]
    poll.options = [
        PollOption(position=n, key=key, label=name, note=note) for n, (key, name, note) in enumerate(meant, 1)
    ]


def open_poll(db: Session, poll: Poll, act: Act) -> None:
    """Open: the entitled are those present with voting right now; the quorum is checked and its figures are frozen.
    Under an item for named participants the room is made up of their seats.
    """
    rules.check_next(rules.PollState(poll.state), rules.PollState.OPEN)
    if poll.meeting.state != MeetingState.UNDER_WAY:
        raise Problem("meeting_not_under_way")
    require_no_break(db, poll.meeting)
    if _open_poll_of(db, poll.meeting) is not None:
        raise Problem("another_poll_open")
    here = places(db, poll.meeting_id)
    people = audience_queries.limited(db, poll.meeting_id).get(poll.item_id or 0)
    here, voters = concerned(here, people) if people is not None else (here, entitled(here))
    if not voters:
        raise Problem("nobody_entitled")
    _freeze(db, poll, here, voters)
    if poll.manner == rules.Manner.SECRET:
        if len({voter.weight for voter in voters}) > 1:
            raise Problem("secret_needs_equal_weights")
        urn.set_up(db, poll.id, act.sealer)
    poll.state, poll.opened_at = rules.PollState.OPEN, act.now
    db.execute(
        insert(cast(Table, Voter.__table__)),
        [
            {
                "poll_id": poll.id, "member_id": v.member_id, "participant_id": v.participant_id, "seat_id": v.seat_id,
                "weight": v.weight,
            }
            for v in voters
        ],
    )  # fmt: skip
    _record(db, poll, "poll_opened", act, present=poll.quorum_present, summoned=poll.quorum_summoned)
    changed(db, "polls", poll.meeting_id)


def _freeze(db: Session, poll: Poll, here: list[Place], voters: list[Place]) -> None:
    """The figures of the room at this moment; raises why there is no quorum where the vote needs one."""
    figures = quorum(here, poll.meeting.quorum_rule)
    if poll.needs_quorum:
        check_quorum(figures)
    poll.quorum_present, poll.quorum_summoned = figures.present, figures.summoned
    if figures.units:
        poll.quorum_units_present, poll.quorum_units_summoned = figures.units_present, figures.units_summoned
    seats = [place for place in here if place.voting and place.participant_id == place.seat_id]
    poll.votes_present = sum(voter.weight for voter in voters)
    poll.votes_summoned = sum(seat.weight for seat in seats)
    body = poll.meeting.body
    day = poll.meeting.starts_at.astimezone(ZONE).date()
    members = [seat for seat in seats_of(db, body.id, day) if seat.voting] if body is not None else seats
    poll.votes_members = sum(member.weight for member in members)


def enter_hand_count(db: Session, poll: Poll, said: tally_rules.HandCount, act: Act) -> None:
    """The counts of a vote by hand; until it is published they may be corrected."""
    if poll.manner != rules.Manner.HANDS:
        raise Problem("not_by_hand")
    if poll.state not in (rules.PollState.OPEN, rules.PollState.CLOSED):
        raise Problem("wrong_state")
    by_id = {option.id: option for option in poll.options}
    if said.votes.keys() != by_id.keys():
        raise Problem("unknown_option")
    count = tally_rules.check_hand_count(rules.PollKind(poll.kind), said, poll.most, queries.room_of(db, poll))
    poll.hand_issued, poll.hand_cast, poll.hand_invalid = count.room.issued, count.cast, count.invalid
    for option_id, votes in count.votes.items():
        by_id[option_id].hand_votes = votes
    _record(db, poll, "poll_counted_by_hand", act, issued=count.room.issued, cast=count.cast, invalid=count.invalid)
    changed(db, "polls", poll.meeting_id)


def close_poll(db: Session, poll: Poll, act: Act) -> None:
    """Close: from this commit on no ballot is taken. The urn of a secret vote is emptied in the same transaction."""
    if poll.manner == rules.Manner.HANDS and poll.hand_cast is None:
        rules.check_next(rules.PollState(poll.state), rules.PollState.CLOSED)
        raise Problem("hand_count_missing")
    _advance(db, poll, rules.PollState.CLOSED)
    poll.closed_at = act.now
    urn.empty(db, poll.id, act.sealer)
    _record(db, poll, "poll_closed", act)


def publish_poll(db: Session, poll: Poll, act: Act) -> None:
    """Publish: the whole room sees the result."""
    _advance(db, poll, rules.PollState.PUBLISHED)
    poll.published_at = act.now
    _record(db, poll, "poll_published", act)


def cancel_poll(db: Session, poll: Poll, reason: str, act: Act) -> None:
    """Cancel a run: it is kept, with the reason and its ballots."""
    if not reason:
        raise Problem("missing", field="reason")
    if len(reason) > rules.LONGEST_TITLE:
        raise Problem("too_long", field="reason", limit=rules.LONGEST_TITLE)
    _advance(db, poll, rules.PollState.CANCELLED)
    poll.cancel_reason = reason
    urn.empty(db, poll.id, act.sealer)
    _record(db, poll, "poll_cancelled", act, reason=reason)


def keep_record(db: Session, poll: Poll, blob: Blob, by_name: str, act: Act) -> None:
    """Keep the signed record of the count; there is one of each published vote."""
    if poll.state != rules.PollState.PUBLISHED or poll.record_id is not None:
        raise Problem("wrong_state")
    name = f"Biên bản kiểm phiếu: {poll.title}"
    document = keep(
        db, poll.meeting, name, "count_record", blob, f"bien-ban-kiem-phieu-{poll.id}.pdf", by_name, act.now,
        item_id=poll.item_id,
    )  # fmt: skip
    poll.record_id = document.id
    _record(db, poll, "count_recorded", act, document=document.id, sha256=blob.sha256)
    changed(db, "polls", poll.meeting_id)


def run_again(db: Session, poll: Poll) -> Poll:
    """A new draft put exactly as a run that was cancelled."""
    _require_preparing(poll)
    if poll.state != rules.PollState.CANCELLED:
        raise Problem("wrong_state")
    return draft_poll(db, poll.meeting, queries.draft_of(poll))


def second_round(db: Session, poll: Poll, decision: str, act: Act) -> Poll:
    """A second round for the seats left empty, among those not elected, by decision of the body."""
    _require_preparing(poll)
    outcome = queries.outcome(db, poll) if poll.kind == rules.PollKind.ELECTION else None
    rules.check_second_round(
        rules.PollState(poll.state), rules.PollKind(poll.kind), poll.round, outcome.vacant if outcome else 0, decision
    )
    assert outcome is not None  # noqa: S101 - the check lets only elections through
    if db.scalar(select(Poll.id).where(Poll.previous_id == poll.id, Poll.state != rules.PollState.CANCELLED)):
        raise Problem("second_round_exists")
    chosen = {one.option for one in outcome.standings if one.elected}
    again = draft_poll(db, poll.meeting, queries.draft_of(poll, without=chosen, seats=outcome.vacant))
    again.round, again.previous_id, again.decision = 2, poll.id, decision
    _record(db, poll, "second_round_decided", act, decision=decision, again=again.id)
    db.flush()
    return again


def conclude(db: Session, meeting: Meeting, now: datetime, by: int | None = None) -> None:
    """End the meeting; not while a vote is open, which nobody could close any more in good order."""
    if _open_poll_of(db, meeting) is not None:
        raise Problem("poll_still_open")
    advance(db, meeting, MeetingState.CONCLUDED, now, by)
    changed(db, "polls", meeting.id)


def _open_poll_of(db: Session, meeting: Meeting) -> int | None:
    return db.scalar(select(Poll.id).where(Poll.meeting_id == meeting.id, Poll.state == rules.PollState.OPEN))


def _advance(db: Session, poll: Poll, state: rules.PollState) -> None:
    rules.check_next(rules.PollState(poll.state), state)
    poll.state = state
    changed(db, "polls", poll.meeting_id)


def _record(db: Session, poll: Poll, action: str, act: Act, **details: object) -> None:
    audit.record(db, act.by, action, f"poll:{poll.id}", act.now, meeting=poll.meeting_id, **details)


def hand_count_of(values: Mapping[str, int | None], poll: Poll) -> tally_rules.HandCount:
    """The count as a form says it: ``issued``, ``cast``, ``invalid`` and ``votes-<option id>``."""
    votes = {option.id: values.get(f"votes-{option.id}") for option in poll.options}
    return tally_rules.HandCount(values.get("issued"), values.get("cast"), values.get("invalid"), votes)
