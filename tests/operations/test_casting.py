"""Casting ballots on both databases: every refusal has its name, nothing is lost, nobody votes twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from documents.database import Database
from documents.errors import Problem
from ecabinet.meetings import attendance
from ecabinet.meetings.rules import AttendanceHow
from ecabinet.registry.operations import token_hash
from ecabinet.registry.rules import SESSION_LENGTH
from ecabinet.voting import operations, queries
from ecabinet.voting.casting import Cast, cast_many, open_box
from ecabinet.voting.models import Ballot, Poll, Voter
from ecabinet.voting.receipts import fresh_receipt
from tests.people import ACT, NOW, SEALER, SEATS, Scene, make_scene, participant


@pytest.fixture
def scene(database: Database) -> Scene:
    return make_scene(database)


def cast(scene: Scene, name: str, option: str = "for", token: str = "t", poll: int | None = None) -> Cast:
    return Cast(poll or scene.poll, scene.member(name), (scene.options[option],), f"{token}-{name}", NOW)


def take(scene: Scene, *casts: Cast) -> list[str]:
    """Outcomes as words: "receipt", or the code of the refusal."""
    with scene.database.writing() as db:
        outcomes = cast_many(db, casts, fresh_receipt, SEALER)
    return [outcome.code if isinstance(outcome, Problem) else "receipt" for outcome in outcomes]


def ballots(scene: Scene) -> int:
    with scene.database.reading() as db:
        return db.scalar(select(func.count()).select_from(Ballot)) or 0


def change(scene: Scene, operation: object) -> None:
    with scene.database.writing() as db:
        operation(db, db.get_one(Poll, scene.poll), ACT)  # type: ignore[operator]


def test_the_entitled_are_those_present_with_a_vote(scene: Scene) -> None:
    with scene.database.reading() as db:
        entitled = set(db.scalars(select(Voter.member_id).where(Voter.poll_id == scene.poll)))
    assert entitled == {scene.member(name) for name in SEATS}


def test_a_good_ballot_gets_a_receipt_and_counts(scene: Scene) -> None:
    assert take(scene, cast(scene, "first")) == ["receipt"]
    with scene.database.reading() as db:
        result = queries.result(db, db.get_one(Poll, scene.poll))
        assert (result.counted.votes[scene.options["for"]], result.counted.cast) == (1, 1)
        assert result.verdict is not None
        assert (result.verdict.numerator, result.verdict.denominator) == (1, 4)
        receipt = queries.receipt_of(db, scene.poll, scene.member("first"))
    assert receipt is not None
    assert receipt[1] == "Đồng ý"


def test_the_same_ballot_again_gets_the_same_receipt(scene: Scene) -> None:
    with scene.database.writing() as db:
        first = cast_many(db, [cast(scene, "first")], fresh_receipt, SEALER)
    with scene.database.writing() as db:
        again = cast_many(db, [cast(scene, "first"), cast(scene, "first")], fresh_receipt, SEALER)
    assert again == [first[0], first[0]]
    assert ballots(scene) == 1


@pytest.mark.parametrize(("option", "token"), [("against", "t"), ("for", "other"), ("against", "other")])
def test_a_second_ballot_is_refused_and_the_first_stands(scene: Scene, option: str, token: str) -> None:
    assert take(scene, cast(scene, "first"), cast(scene, "first", option, token)) == ["receipt", "already_voted"]
    assert take(scene, cast(scene, "first", option, token)) == ["already_voted"]
    assert ballots(scene) == 1


def test_refusals_do_not_disturb_their_neighbours(scene: Scene) -> None:
    outcomes = take(
        scene,
        cast(scene, "first"),
        cast(scene, "stranger"),
        Cast(scene.poll, scene.member("second"), (), "t", NOW),
        Cast(scene.poll, scene.member("second"), (999_999,), "t", NOW),
        Cast(scene.poll, scene.member("second"), tuple(scene.options.values()), "t", NOW),
        Cast(999_999, scene.member("second"), (scene.options["for"],), "t", NOW),
        cast(scene, "second", "abstain"),
    )
    assert outcomes == [
        "receipt",
        "not_entitled",
        "nothing_chosen",
        "unknown_option",
        "too_many_chosen",
        "not_entitled",
        "receipt",
    ]
    assert ballots(scene) == 2


def test_after_closing_nothing_is_taken_but_a_repeated_ballot_is_still_known(scene: Scene) -> None:
    assert take(scene, cast(scene, "first")) == ["receipt"]
    change(scene, operations.close_poll)
    assert take(scene, cast(scene, "second"), cast(scene, "first")) == ["poll_not_open", "receipt"]
    assert ballots(scene) == 1


def test_who_left_the_room_does_not_vote_until_back(scene: Scene) -> None:
    def record(present: bool) -> None:
        with scene.database.writing() as db:
            poll = db.get_one(Poll, scene.poll)
            seat = participant(db, scene.office, poll.meeting, "second")
            attendance.record_attendance(db, seat, present, AttendanceHow.SELF, scene.office.person(db, "second"), NOW)

    record(False)
    assert take(scene, cast(scene, "second")) == ["not_present"]
    record(True)
    assert take(scene, cast(scene, "second")) == ["receipt"]


def test_who_comes_after_the_opening_is_not_entitled(database: Database) -> None:
    scene = make_scene(database, here=("chair", "first"))
    with database.writing() as db:
        seat = participant(db, scene.office, db.get_one(Poll, scene.poll).meeting, "second")
        attendance.record_attendance(db, seat, True, AttendanceHow.SELF, scene.office.person(db, "second"), NOW)
    assert take(scene, cast(scene, "second")) == ["not_entitled"]


def test_the_same_tablet_on_many_threads_at_once_votes_once(scene: Scene) -> None:
    box = open_box(scene.database, SEALER)
    start = threading.Barrier(8)

    def press(_n: int) -> str:
        start.wait()
        return box.submit(cast(scene, "first")).result(timeout=120)

    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(press, range(8)))
    box.close()
    assert len(receipts) == 1
    assert ballots(scene) == 1


def test_two_processes_taking_the_same_ballot_agree_on_one(scene: Scene) -> None:
    """Two ballot boxes on one database, as when a tablet reconnects to the other process before its acknowledgement
    came.
    """
    boxes = [open_box(scene.database, SEALER), open_box(scene.database, SEALER)]
    futures = [box.submit(cast(scene, name)) for name in SEATS for box in boxes]
    receipts = [future.result(timeout=120) for future in futures]
    for box in boxes:
        box.close()
    assert receipts[0::2] == receipts[1::2]
    assert ballots(scene) == len(SEATS)


def test_closing_and_casting_at_once_leave_no_ballot_after_the_close(scene: Scene) -> None:
    """Whatever the order, the result counted at closing is the result for ever."""
    box = open_box(scene.database, SEALER)
    start = threading.Barrier(2)

    def press() -> list[str]:
        start.wait()
        futures = [box.submit(cast(scene, name)) for name in SEATS]
        return [str(f.exception(timeout=120).code) if f.exception(timeout=120) else "receipt" for f in futures]  # type: ignore[union-attr]

    with ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(press)
        start.wait()
        with scene.database.writing() as db:
            poll = queries.load_to_change(db, scene.office.person(db, "chair"), scene.poll)
            operations.close_poll(db, poll, ACT)
            at_closing = queries.progress(db, scene.poll).voted
        outcomes = pressed.result(timeout=60)
    box.close()
    assert set(outcomes) <= {"receipt", "poll_not_open"}
    assert ballots(scene) == at_closing == outcomes.count("receipt")


def test_a_session_that_is_over_casts_no_more(scene: Scene) -> None:
    """A page may have been connected since before its session ended by the clock."""
    session = token_hash(scene.office.tokens["first"])
    now = datetime.now(UTC)
    late = replace(cast(scene, "first"), session=session, at=now + SESSION_LENGTH + timedelta(minutes=1))
    assert take(scene, late) == ["signed_out"]
    assert take(scene, replace(late, at=now)) == ["receipt"]
