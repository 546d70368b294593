"""Preparing and running a meeting on both databases."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import select

from documents.blobs import Blob
from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from documents.models import DocumentLabel
from documents.queries import may_see
from ecabinet.meetings import agenda, attendance, operations, papers, queries
from ecabinet.meetings.models import AgendaItem, Attendance, Meeting, Participant
from ecabinet.meetings.rules import AttendanceHow, MeetingState, ParticipantRole, Rsvp
from ecabinet.registry.models import Body, Member
from ecabinet.registry.rules import MemberStatus
from tests.people import NOW, SEATS, draft, make_meeting, make_office, make_poll, new_code, participant

PAPER = agenda.PaperFile("Báo cáo quý IV", Blob("a" * 64, 10), "bao-cao.pdf", "application/pdf")


def test_inviting_a_body_takes_members_positions_and_votes_from_the_registry(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.DRAFT)
        people = queries.participants(db, meeting.id)
        seats = [(p.member_id, p.title, p.voting, p.unit_name) for p in people if p.voting]
        assert seats[0] == (office.members["chair"], "Bí thư", True, "Trung ương Đoàn")
        assert [member for member, *_ in seats] == [office.members[name] for name in SEATS]
        assert [p.role for p in people if not p.voting] == ["secretary"]


def test_inviting_the_same_body_again_changes_nothing(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.DRAFT)
        before = len(queries.participants(db, meeting.id))
        assert attendance.invite_body(db, meeting, db.get_one(Body, office.body), new_code) == 0
        assert len(queries.participants(db, meeting.id)) == before


def test_a_guest_has_no_vote_and_is_invited_once(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        guest = attendance.invite_guest(db, meeting, db.get_one(Member, office.members["spare"]), new_code)
        assert (guest.role, guest.voting) == ("guest", False)
        with pytest.raises(Problem, match="already_invited"):
            attendance.invite_guest(db, meeting, db.get_one(Member, office.members["spare"]), new_code)


def test_a_seat_with_a_vote_is_no_guests(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        with pytest.raises(Problem, match="seat_is_no_guest"):
            attendance.set_role(db, participant(db, office, meeting, "first"), ParticipantRole.GUEST)


def test_who_left_the_organisation_is_not_invited(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        spare = db.get_one(Member, office.members["spare"])
        spare.status = MemberStatus.REMOVED
        for invite in (
            lambda: attendance.invite_guest(db, meeting, spare, new_code),
            lambda: attendance.send_substitute(db, participant(db, office, meeting, "first"), spare, "", new_code),
        ):
            with pytest.raises(Problem, match="no_such_member"):
                invite()


def test_a_guest_who_holds_a_seat_gets_it_with_the_body(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        body = db.get_one(Body, office.body)
        meeting = operations.create_meeting(db, office.person(db, "secretary"), body.unit, body, draft(), new_code)
        attendance.invite_guest(db, meeting, db.get_one(Member, office.members["first"]), new_code)
        attendance.invite_body(db, meeting, body, new_code)
        db.flush()
        seat = participant(db, office, meeting, "first")
        assert (seat.role, seat.voting) == ("delegate", True)
        assert queries.quorum_of(db, meeting).summoned == len(SEATS)


def test_papers_of_a_draft_open_to_the_offices_with_the_invitations(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.DRAFT)
        item = queries.load_item(db, meeting, queries.agenda(db, meeting)[0].id)
        paper = papers.lay_paper(db, meeting, item, PAPER, office.person(db, "secretary"), NOW)
        leader = office.person(db, "leader").labels
        assert not may_see(db, paper.document_id, leader)
        assert may_see(db, paper.document_id, office.person(db, "secretary").labels)
        operations.advance(db, meeting, MeetingState.INVITED, NOW)
        assert may_see(db, paper.document_id, leader)


def test_attendance_is_a_timeline(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, here=())
        seat, person = participant(db, office, meeting, "first"), office.person(db, "first")
        said = [
            (True, AttendanceHow.SELF),
            (True, AttendanceHow.QR),
            (False, AttendanceHow.SECRETARY),
            (True, AttendanceHow.QR),
        ]
        recorded = [attendance.record_attendance(db, seat, present, how, person, NOW) for present, how in said]
        assert recorded == [True, False, True, True]
        db.flush()
        rows = [tuple(row) for row in db.execute(select(Attendance.present, Attendance.how).order_by(Attendance.id))]
        assert rows == [(True, "self"), (False, "secretary"), (True, "qr")]
        assert seat.present


@pytest.mark.parametrize("state", [MeetingState.DRAFT, MeetingState.CONCLUDED])
def test_nobody_arrives_at_a_meeting_that_is_not_on(database: Database, state: MeetingState) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=state, here=())
        with pytest.raises(Problem, match="wrong_state"):
            attendance.record_attendance(
                db, participant(db, office, meeting, "first"), True, AttendanceHow.SELF, office.person(db, "first"), NOW
            )


def test_an_absence_needs_a_reason_and_an_answer_can_be_changed(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        seat = participant(db, office, make_meeting(db, office), "first")
        with pytest.raises(Invalid):
            attendance.answer(db, seat, Rsvp.ABSENT, "")
        attendance.answer(db, seat, Rsvp.ABSENT, "Đi công tác")
        assert (seat.rsvp, seat.reason) == ("absent", "Đi công tác")
        attendance.answer(db, seat, Rsvp.ACCEPTED, "")
        assert (seat.rsvp, seat.reason) == ("accepted", "")


def test_a_substitute_takes_the_vote_and_falls_away_when_the_member_comes_after_all(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, here=())
        seat = participant(db, office, meeting, "first")
        substitute = attendance.send_substitute(db, seat, db.get_one(Member, office.members["spare"]), "", new_code)
        assert (substitute.role, substitute.voting, substitute.represents_id) == ("substitute", True, seat.id)
        attendance.answer(db, seat, Rsvp.ACCEPTED, "")
        assert db.scalar(select(Participant).where(Participant.represents_id == seat.id)) is None


def test_a_substitute_without_the_bodys_leave_only_listens(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        db.get_one(Body, office.body).substitutes_vote = False
        seat = participant(db, office, make_meeting(db, office, here=()), "first")
        assert not attendance.send_substitute(
            db, seat, db.get_one(Member, office.members["spare"]), "", new_code
        ).voting


def test_a_substitute_who_came_is_on_the_record(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, here=())
        seat = participant(db, office, meeting, "first")
        substitute = attendance.send_substitute(db, seat, db.get_one(Member, office.members["spare"]), "", new_code)
        attendance.record_attendance(db, substitute, True, AttendanceHow.QR, office.person(db, "spare"), NOW)
        db.flush()
        with pytest.raises(Problem, match="substitute_came"):
            attendance.answer(db, seat, Rsvp.ACCEPTED, "")


@pytest.mark.parametrize("name", ["second", "first"])
def test_somebody_invited_cannot_be_sent_as_a_substitute(database: Database, name: str) -> None:
    with database.writing() as db:
        office = make_office(db)
        seat = participant(db, office, make_meeting(db, office), "first")
        with pytest.raises(Problem, match="already_invited"):
            attendance.send_substitute(db, seat, db.get_one(Member, office.members[name]), "", new_code)


def test_an_item_with_papers_or_votes_stays(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        with_paper, with_vote = (queries.load_item(db, meeting, line.id) for line in queries.agenda(db, meeting))
        empty = agenda.add_item(db, meeting, "Khác", "", 0)
        papers.lay_paper(db, meeting, with_paper, PAPER, office.person(db, "secretary"), NOW)
        make_poll(db, meeting, opened=False).item_id = with_vote.id
        ids = (meeting.id, with_paper.id, with_vote.id, empty.id)
    for item_id in ids[1:3]:
        with pytest.raises(Problem, match="item_has_papers"), database.writing() as db:
            agenda.remove_item(db, db.get_one(AgendaItem, item_id), NOW)
    with database.writing() as db:
        agenda.remove_item(db, db.get_one(AgendaItem, ids[3]), NOW)
    with database.reading() as db:
        assert [line.id for line in queries.agenda(db, db.get_one(Meeting, ids[0]))] == list(ids[1:3])


def test_a_paper_is_for_the_invited_and_the_offices_above(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        item = queries.load_item(db, meeting, queries.agenda(db, meeting)[0].id)
        paper = papers.lay_paper(db, meeting, item, PAPER, office.person(db, "secretary"), NOW)
        labels = set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == paper.document_id)))
        assert labels == {f"meeting:{meeting.id}", f"office:{office.units['centre']}"}
        sees = {name: may_see(db, paper.document_id, office.person(db, name).labels) for name in office.members}
    assert {name for name, may in sees.items() if may} == {*SEATS, "secretary", "leader"}


def test_the_papers_of_a_draft_are_not_yet_for_the_invited(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.DRAFT)
        assert f"meeting:{meeting.id}" not in office.person(db, "first").labels
        assert f"meeting:{meeting.id}" in office.person(db, "chair").labels


@pytest.mark.parametrize(
    ("state", "sees"),
    [(MeetingState.DRAFT, {"chair", "secretary"}), (MeetingState.INVITED, {*SEATS, "secretary"})],
)
def test_a_meeting_exists_for_the_invited_and_those_who_hold_it(
    database: Database, state: MeetingState, sees: set[str]
) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=state, here=())
        found = set()
        for name in office.members:
            try:
                queries.load(db, office.person(db, name), meeting.id)
                found.add(name)
            except NotFound:
                continue
    assert found == sees


def test_a_meeting_with_faults_is_not_made(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        body = db.get_one(Body, office.body)
        with pytest.raises(Invalid):
            operations.create_meeting(db, office.person(db, "secretary"), body.unit, body, draft(title=""), new_code)


def test_two_taps_at_once_are_one_arrival(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        seat_id = participant(db, office, make_meeting(db, office, here=()), "first").id
    both_looked = Barrier(2)

    def tap(_n: int) -> bool:
        with database.writing() as db:
            seat = db.get_one(Participant, seat_id)
            with suppress(BrokenBarrierError):  # where writers take turns the other has not come this far
                both_looked.wait(0.3)
            return attendance.record_attendance(db, seat, True, AttendanceHow.SELF, office.person(db, "first"), NOW)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(tap, range(2))) == [False, True]
    with database.reading() as db:
        assert len(db.scalars(select(Attendance)).all()) == 1


def test_the_same_body_invited_twice_at_once_is_invited_once(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting_id = make_meeting(db, office, state=MeetingState.DRAFT).id
        for seat in queries.participants(db, meeting_id):
            if seat.voting:
                db.delete(seat)
    both_looked = Barrier(2)

    def invite(_n: int) -> int:
        with database.writing() as db:
            meeting = queries.load_to_change(db, office.person(db, "secretary"), meeting_id).require_preparing()
            with suppress(BrokenBarrierError):
                both_looked.wait(0.3)
            return attendance.invite_body(db, meeting, db.get_one(Body, office.body), new_code)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(invite, range(2))) == [0, len(SEATS)]
