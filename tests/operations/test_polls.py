"""Running a vote: states, quorum, the snapshot, what the database itself refuses."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from documents.database import Database
from documents.errors import NotFound, Problem
from ecabinet.meetings import agenda
from ecabinet.meetings import queries as meeting_queries
from ecabinet.meetings.rules import MeetingState
from ecabinet.voting import operations, queries
from ecabinet.voting.casting import Cast, cast_many
from ecabinet.voting.models import Ballot, Poll, Voter
from ecabinet.voting.receipts import fresh_receipt
from tests.people import ACT, NOW, SEALER, SEATS, make_meeting, make_office, make_poll, make_scene


def test_without_a_quorum_it_does_not_open_and_says_the_figures(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db), here=("first",))
        poll = make_poll(db, meeting, opened=False)
        with pytest.raises(Problem) as refusal:
            operations.open_poll(db, poll, ACT)
        assert (refusal.value.code, refusal.value.values) == ("no_quorum", {"present": 1, "summoned": 4, "needed": 2})
        assert poll.state == "draft"


def test_a_vote_that_needs_no_quorum_opens_with_one_present(database: Database) -> None:
    with database.writing() as db:
        poll = make_poll(db, make_meeting(db, make_office(db), here=("first",)), needs_quorum=False)
        assert poll.state == "open"
        assert (poll.quorum_present, poll.quorum_summoned) == (1, 4)


@pytest.mark.parametrize("state", [MeetingState.DRAFT, MeetingState.INVITED, MeetingState.CONCLUDED])
def test_it_opens_only_while_the_meeting_is_under_way(database: Database, state: MeetingState) -> None:
    with database.writing() as db:
        poll = make_poll(db, make_meeting(db, make_office(db), state=state), opened=False)
        with pytest.raises(Problem, match="meeting_not_under_way"):
            operations.open_poll(db, poll, ACT)


def test_only_one_vote_is_open_at_a_time(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        make_poll(db, meeting)
        with pytest.raises(Problem, match="another_poll_open"):
            make_poll(db, meeting)


def test_nobody_present_nobody_entitled(database: Database) -> None:
    with database.writing() as db:
        poll = make_poll(db, make_meeting(db, make_office(db), here=()), opened=False, needs_quorum=False)
        with pytest.raises(Problem, match="nobody_entitled"):
            operations.open_poll(db, poll, ACT)


def test_close_publish_and_the_verdict(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        casts = [Cast(scene.poll, scene.member(name), (scene.options["for"],), name, NOW) for name in SEATS[:3]]
        cast_many(db, casts, fresh_receipt, SEALER)
        poll = db.get_one(Poll, scene.poll)
        operations.close_poll(db, poll, ACT)
        operations.publish_poll(db, poll, ACT)
        verdict = queries.result(db, poll).verdict
    assert verdict is not None
    assert (verdict.passed, verdict.numerator, verdict.denominator) == (True, 3, 4)


@pytest.mark.parametrize("operation", [operations.open_poll, operations.publish_poll])
def test_states_cannot_be_skipped_or_repeated(database: Database, operation: object) -> None:
    scene = make_scene(database)
    with database.writing() as db, pytest.raises(Problem, match="wrong_state"):
        operation(db, db.get_one(Poll, scene.poll), ACT)  # type: ignore[operator]


def test_a_cancelled_run_is_kept_with_its_reason_and_ballots(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        cast_many(
            db, [Cast(scene.poll, scene.member("first"), (scene.options["for"],), "t", NOW)], fresh_receipt, SEALER
        )
        poll = db.get_one(Poll, scene.poll)
        with pytest.raises(Problem, match="missing"):
            operations.cancel_poll(db, poll, "", ACT)
        operations.cancel_poll(db, poll, "Nhầm nội dung", ACT)
    with database.reading() as db:
        poll = db.get_one(Poll, scene.poll)
        assert (poll.state, poll.cancel_reason) == ("cancelled", "Nhầm nội dung")
        assert queries.progress(db, scene.poll).voted == 1


def test_a_result_stays_before_the_room_until_the_chair_moves_on(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        poll = db.get_one(Poll, scene.poll)
        items = meeting_queries.agenda(db, poll.meeting)
        agenda.go_to_item(db, poll.meeting, items[0].id, NOW)
        assert queries.on_the_floor(db, poll.meeting) is poll
        operations.close_poll(db, poll, ACT)
        operations.publish_poll(db, poll, replace(ACT, now=NOW + timedelta(minutes=1)))
        db.flush()
        assert queries.on_the_floor(db, poll.meeting) is poll
        agenda.go_to_item(db, poll.meeting, items[1].id, NOW + timedelta(minutes=2))
        db.flush()
        assert queries.on_the_floor(db, poll.meeting) is None


def test_a_draft_exists_only_for_those_who_run_the_meeting(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        poll = make_poll(db, make_meeting(db, office), opened=False)
        assert queries.load(db, office.person(db, "chair"), poll.id)[0] is poll
        for name in ("first", "stranger"):
            with pytest.raises(NotFound):
                queries.load(db, office.person(db, name), poll.id)


def test_the_database_itself_refuses_a_second_ballot_and_a_second_voter_for_a_seat(database: Database) -> None:
    scene = make_scene(database)
    row = {"poll_id": scene.poll, "member_id": scene.member("first"), "options": [1], "token": "t", "cast_at": NOW}
    with pytest.raises(IntegrityError), database.writing() as db:
        db.execute(insert(Ballot), [row | {"receipt": "A"}, row | {"receipt": "B"}])
    with database.reading() as db:
        seat = db.query(Voter).filter_by(poll_id=scene.poll, member_id=scene.member("first")).one()
    values = {"poll_id": scene.poll, "participant_id": seat.participant_id, "seat_id": seat.seat_id}
    with pytest.raises(IntegrityError), database.writing() as db:
        db.execute(insert(Voter), values | {"member_id": scene.member("spare")})


def test_two_chairs_opening_two_votes_at_once_open_one(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        polls = [make_poll(db, meeting, opened=False).id for _ in range(2)]

    def open_it(poll_id: int, opened: Event, others_turn: Event) -> str:
        try:
            with database.writing() as db:
                operations.open_poll(db, queries.load_to_change(db, office.person(db, "chair"), poll_id), ACT)
                db.flush()
                opened.set()
                # Time for the other to look at what is not committed yet; where it waits for this one, it runs out.
                others_turn.wait(0.3)
        except Problem as problem:
            return problem.code
        finally:
            opened.set()
        return "open"

    both = [Event(), Event()]
    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(open_it, poll_id, both[n], both[1 - n]) for n, poll_id in enumerate(polls)]
        assert sorted(outcome.result(timeout=60) for outcome in outcomes) == ["another_poll_open", "open"]


def test_the_database_itself_holds_a_meeting_to_one_open_vote(database: Database) -> None:
    scene = make_scene(database)
    with pytest.raises(IntegrityError), database.writing() as db:
        make_poll(db, db.get_one(Poll, scene.poll).meeting, opened=False).state = "open"


def test_a_meeting_does_not_end_over_an_open_vote(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        poll = db.get_one(Poll, scene.poll)
        with pytest.raises(Problem, match="poll_still_open"):
            operations.conclude(db, poll.meeting, NOW)
        operations.close_poll(db, poll, ACT)
        operations.conclude(db, poll.meeting, NOW)
        assert poll.meeting.state == "concluded"
        operations.publish_poll(db, poll, ACT)
