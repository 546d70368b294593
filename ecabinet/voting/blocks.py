"""The parts of the live pages that show votes."""

from flask import render_template
from sqlalchemy.orm import Session

from ecabinet.blocks import Audience, Block, View, Viewer
from ecabinet.meetings import audience_queries
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import Meeting
from ecabinet.voting import queries, rules
from ecabinet.voting.models import Poll

SHOWS_RESULT = frozenset({rules.PollState.PUBLISHED})
COUNTED = frozenset({rules.PollState.CLOSED, rules.PollState.PUBLISHED})


def _closed(db: Session, viewer: Viewer) -> frozenset[int]:
    """The items that are not for those who look."""
    if viewer.view == View.CONSOLE:
        return frozenset()
    return audience_queries.closed(db, viewer.meeting_id, viewer.circle)


def _floor(db: Session, viewer: Viewer) -> Poll | None:
    return queries.on_the_floor(db, db.get_one(Meeting, viewer.meeting_id), _closed(db, viewer))


def ballot_slot(db: Session, viewer: Viewer) -> str:
    """The sheet of the vote on the floor: the ballot, the receipt, why there is none, or the result.

    Rendered for those with a ballot it is the one not yet cast; a page on which it was cast keeps what it shows,
    because the element's key stays the same until the state of the vote changes.
    """
    poll = _floor(db, viewer)
    if poll is None:
        return render_template("voting/blocks/ballot_slot.html", poll=None)
    votes, away, mine, voted = viewer.audience == Audience.VOTER, False, None, False
    if viewer.member_id is not None and poll.state == rules.PollState.OPEN:
        mine = queries.receipt_of(db, poll.id, viewer.member_id)
        voted = queries.has_voted(db, poll.id, viewer.member_id)
        votes = queries.has_a_ballot(db, viewer.meeting_id, viewer.member_id)
        away = not votes and queries.is_entitled(db, poll.id, viewer.member_id)
    return render_template(
        "voting/blocks/ballot_slot.html",
        poll=poll,
        votes=votes,
        away=away,
        mine=mine,
        voted=voted,
        **_goes(db, poll, runs_it=False),
        result=queries.result(db, poll) if poll.state in SHOWS_RESULT else None,
    )


def _goes(db: Session, poll: Poll | None, *, runs_it: bool) -> dict[str, object]:
    """How an open vote goes, as far as may be seen: how many have voted, and the totals where they are live."""
    if poll is None or poll.state != rules.PollState.OPEN:
        return {"progress": None, "live": None}
    shown = queries.shown_to(poll, runs_it=runs_it)
    return {
        "progress": queries.progress(db, poll.id) if rules.Shown.PROGRESS in shown else None,
        "live": queries.result(db, poll) if rules.Shown.TOTALS in shown else None,
    }


def vote_progress(db: Session, viewer: Viewer) -> str:
    """How many have voted: the one part that changes with every ballot, so it is a block of its own."""
    return render_template(
        "voting/blocks/progress.html",
        id={View.MEETING: "vote-progress", View.CONSOLE: "console-progress", View.SCREEN: "screen-progress"}[
            viewer.view
        ],
        **_goes(db, _floor(db, viewer), runs_it=viewer.view == View.CONSOLE),
        view=viewer.view,
    )


def results(db: Session, viewer: Viewer) -> str:
    """What was decided so far, on the meeting page."""
    polls = queries.published(db, viewer.meeting_id, _closed(db, viewer))
    return render_template("voting/blocks/results.html", lines=[(poll, queries.result(db, poll)) for poll in polls])


def console_vote(db: Session, viewer: Viewer) -> str:
    """The votes on the console: open, close, publish; the count is shown to those who run the meeting once it is
    closed.
    """
    polls = queries.polls_of(db, viewer.meeting_id)
    meeting = db.get_one(Meeting, viewer.meeting_id)
    return render_template(
        "voting/blocks/console_vote.html",
        meeting=meeting,
        lines=[(poll, queries.result(db, poll) if poll.state in COUNTED else None) for poll in polls],
        progress={poll.id: queries.progress(db, poll.id) for poll in polls if poll.state == rules.PollState.OPEN},
        quorum=meetings.quorum_shown(db, meeting),
    )


def screen_stage(db: Session, viewer: Viewer) -> str:
    """The room screen: the vote on the floor, else the present item."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    poll = _floor(db, viewer)
    items = meetings.agenda(db, meeting)
    return render_template(
        "voting/blocks/screen_stage.html",
        meeting=meeting,
        poll=poll,
        **_goes(db, poll, runs_it=False),
        id="screen-progress",
        view=viewer.view,
        result=queries.result(db, poll) if poll is not None and poll.state in SHOWS_RESULT else None,
        item=next((item for item in items if item.current), None),
        for_others=meeting.current_item_id in _closed(db, viewer),
    )


BLOCKS = (
    Block("ballot-slot", View.MEETING, frozenset({"polls", "agenda"}), ballot_slot),
    Block("vote-progress", View.MEETING, frozenset({"progress"}), vote_progress),
    Block("results", View.MEETING, frozenset({"polls"}), results),
    Block("console-vote", View.CONSOLE, frozenset({"polls", "meeting", "attendance"}), console_vote),
    Block("console-progress", View.CONSOLE, frozenset({"progress"}), vote_progress),
    Block("screen-stage", View.SCREEN, frozenset({"polls", "agenda", "meeting"}), screen_stage),
    Block("screen-progress", View.SCREEN, frozenset({"progress"}), vote_progress),
)
