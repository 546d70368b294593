"""Elections, second rounds, counts by hand, weights, quorum by units: on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from documents.database import Database
from documents.errors import Invalid, Problem
from ecabinet.meetings.models import Meeting
from ecabinet.voting import operations, queries
from ecabinet.voting.casting import Cast, cast_many
from ecabinet.voting.models import Poll
from ecabinet.voting.receipts import fresh_receipt
from ecabinet.voting.rules import Base, Candidate, Choices, Majority, Manner, PollDraft, PollKind
from ecabinet.voting.tally_rules import HandCount
from tests.people import ACT, NOW, SEALER, SEATS, Office, make_meeting, make_office, participant

NAMES = ("Trần Thị Mai", "Lê Văn Nam", "Phạm Thu Hà")
ELECTION = PollDraft(
    "Bầu Phó Bí thư", None, Majority(1, 2, True, Base.CAST), kind=PollKind.ELECTION, manner=Manner.SECRET,
    candidates=tuple(map(Candidate, NAMES)), choices=Choices(1, 2, 2),
)  # fmt: skip


@pytest.fixture
def room(database: Database) -> tuple[Database, Office, int]:
    with database.writing() as db:
        office = make_office(db)
        return database, office, make_meeting(db, office).id


Room = tuple[Database, Office, int]


def hold(room: Room, draft: PollDraft, *ballots: tuple[int, ...]) -> int:
    """A vote from its draft to its publishing; ``ballots`` are positions on the list, by the people in their order."""
    database, office, meeting_id = room
    with database.writing() as db:
        poll = operations.draft_poll(db, db.get_one(Meeting, meeting_id), draft)
        operations.open_poll(db, poll, ACT)
        poll_id, ids = poll.id, [option.id for option in poll.options]
    casts = [
        Cast(poll_id, office.members[name], tuple(ids[n] for n in chosen), f"token of {name}", NOW)
        for name, chosen in zip(SEATS, ballots, strict=False)
    ]
    with database.writing() as db:
        outcomes = cast_many(db, casts, fresh_receipt, SEALER)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Problem)]
    with database.writing() as db:
        operations.close_poll(db, db.get_one(Poll, poll_id), ACT)
    with database.writing() as db:
        operations.publish_poll(db, db.get_one(Poll, poll_id), ACT)
    return poll_id


@pytest.mark.parametrize("manner", [Manner.NAMED, Manner.SECRET])
def test_an_election_ranks_by_votes_and_elects_over_half_of_the_ballots(room: Room, manner: Manner) -> None:
    poll_id = hold(room, replace(ELECTION, manner=manner), (0, 1), (0, 1), (0,), (2,))
    with room[0].reading() as db:
        result = queries.result(db, db.get_one(Poll, poll_id))
    assert [(line.label, line.count, line.elected) for line in result.options] == [
        ("Trần Thị Mai", 3, True), ("Lê Văn Nam", 2, False), ("Phạm Thu Hà", 1, False),
    ]  # fmt: skip
    assert result.outcome is not None
    assert result.outcome.vacant == 1


def test_a_second_round_is_among_those_not_elected_for_the_seats_left(room: Room) -> None:
    database = room[0]
    poll_id = hold(room, ELECTION, (0, 1), (0, 1), (0,), (2,))
    with database.writing() as db:
        poll = db.get_one(Poll, poll_id)
        again = operations.second_round(db, poll, "Hội nghị quyết định bầu tiếp", ACT)
        assert ([option.label for option in again.options], again.choices) == (
            ["Lê Văn Nam", "Phạm Thu Hà"], Choices(1, 1, 1),
        )  # fmt: skip
        assert (again.round, again.previous_id, again.state) == (2, poll_id, "draft")
        with pytest.raises(Problem, match="second_round_exists"):
            operations.second_round(db, poll, "Lần nữa", ACT)
        again.state = "published"
        with pytest.raises(Problem, match="no_third_round"):
            operations.second_round(db, again, "Lần ba", ACT)
    with pytest.raises(IntegrityError), database.writing() as db:
        db.add(Poll(meeting_id=room[2], title="x", round=2, previous_id=poll_id, decision="x"))


def test_a_list_of_one_name_takes_a_blank_ballot_as_a_vote_against(room: Room) -> None:
    one = replace(ELECTION, candidates=(Candidate("Trần Thị Mai"),), choices=Choices(0, 1, 1))
    poll_id = hold(room, one, (0,), (0,), (), ())
    with room[0].reading() as db:
        result = queries.result(db, db.get_one(Poll, poll_id))
    assert (result.counted.valid, result.options[0].count, result.options[0].elected) == (4, 2, False)


def test_weights_of_seats_count_and_stay_with_the_seat(room: Room) -> None:
    database, office, meeting_id = room
    with database.writing() as db:
        participant(db, office, db.get_one(Meeting, meeting_id), "chair").weight = 3
    motion = PollDraft("Thông qua", None, Majority(1, 2, True, Base.MEMBERS))
    poll_id = hold(room, motion, (0,), (1,), (1,))
    with database.reading() as db:
        poll = db.get_one(Poll, poll_id)
        result = queries.result(db, poll)
        assert list(result.counted.votes.values()) == [3, 2, 0]
        assert (result.counted.room.issued, poll.votes_summoned, poll.votes_members) == (6, 6, 4)
        assert queries.progress(db, poll_id) == queries.Progress(3, 4)


def test_a_quorum_by_units_holds_the_vote_back_and_is_frozen(room: Room) -> None:
    database, office, meeting_id = room
    with database.writing() as db:
        meeting = db.get_one(Meeting, meeting_id)
        meeting.quorum_units_numerator, meeting.quorum_units_denominator = 1, 1
        for name in ("second", "third"):
            participant(db, office, meeting, name).present = False
        db.flush()
        poll = operations.draft_poll(db, meeting, ELECTION)
        with pytest.raises(Problem) as refusal:
            operations.open_poll(db, poll, ACT)
        assert (refusal.value.code, refusal.value.values) == (
            "no_quorum_of_units", {"present": 1, "summoned": 2, "needed": 2},
        )  # fmt: skip
        participant(db, office, meeting, "second").present = True
        db.flush()
        operations.open_poll(db, poll, ACT)
        assert (poll.quorum_units_present, poll.quorum_units_summoned) == (2, 2)


def test_counts_by_hand_are_needed_to_close_and_decide(room: Room) -> None:
    database, office, meeting_id = room
    with database.writing() as db:
        motion = PollDraft("Thông qua", None, Majority(1, 2, True, Base.PRESENT), manner=Manner.HANDS)
        poll = operations.draft_poll(db, db.get_one(Meeting, meeting_id), motion)
        operations.open_poll(db, poll, ACT)
        with pytest.raises(Problem, match="hand_count_missing"):
            operations.close_poll(db, poll, ACT)
        ids = [option.id for option in poll.options]
        refused = cast_many(db, [Cast(poll.id, office.members["first"], (ids[0],), "t", NOW)], fresh_receipt, SEALER)
        assert [outcome.code for outcome in refused if isinstance(outcome, Problem)] == ["votes_by_hand"]
        with pytest.raises(Invalid):
            operations.enter_hand_count(db, poll, HandCount(9, 9, 0, dict(zip(ids, (9, 0, 0), strict=True))), ACT)
        said = HandCount(4, 4, 0, dict(zip(ids, (3, 1, 0), strict=True)))
        operations.enter_hand_count(db, poll, said, ACT)
        operations.close_poll(db, poll, ACT)
        verdict = queries.result(db, poll).verdict
        assert verdict is not None
        assert (verdict.passed, verdict.numerator, verdict.denominator) == (True, 3, 4)
        operations.publish_poll(db, poll, ACT)
        with pytest.raises(Problem, match="wrong_state"):
            operations.enter_hand_count(db, poll, said, ACT)


def test_a_draft_may_be_put_differently_and_removed_an_opened_one_not(room: Room) -> None:
    database, _office, meeting_id = room
    with database.writing() as db:
        poll = operations.draft_poll(db, db.get_one(Meeting, meeting_id), ELECTION)
        operations.edit_poll(db, poll, replace(ELECTION, candidates=tuple(map(Candidate, NAMES[::-1]))))
        db.flush()
        assert queries.draft_of(poll).candidates[0].name == "Phạm Thu Hà"
        operations.open_poll(db, poll, ACT)
        for change in (lambda: operations.edit_poll(db, poll, ELECTION), lambda: operations.remove_poll(db, poll)):
            with pytest.raises(Problem, match="poll_frozen"):
                change()
        operations.cancel_poll(db, poll, "Nhầm danh sách", ACT)
        again = operations.run_again(db, poll)
        assert queries.draft_of(again) == queries.draft_of(poll)
        operations.remove_poll(db, again)
