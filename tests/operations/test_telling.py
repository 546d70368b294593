"""What people are told of a meeting: once, again when it changed, that it is off; reminders; answers; substitutes."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Invalid, Problem
from ecabinet.meetings import attendance, invitations, queries, telling
from ecabinet.meetings.attendance_queries import last_answers, own_substitution
from ecabinet.meetings.invitation_models import Invitation, Substitution
from ecabinet.meetings.invitation_rules import AbsenceCategory, SubstitutionState, Wishes
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import AttendanceHow, MeetingState, Rsvp
from ecabinet.notices.models import Mail, Notice
from ecabinet.registry.models import Member
from tests.people import NOW, Office, make_meeting, make_office, new_code, participant

BEFORE = NOW - timedelta(days=3)


class Room:
    """An office with a meeting that people are invited to, three days before it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as db:
            self.office: Office = make_office(db)
            for name in ("first", "second"):
                db.get_one(Member, self.office.members[name]).papers = {"email": f"{name}@doan.vn"}
            self.meeting: int = make_meeting(db, self.office, state=MeetingState.INVITED, here=()).id

    def tell(self, now: datetime = BEFORE) -> int:
        """Until nobody is left to be told."""
        told = 0
        while True:
            with self.database.writing() as db:
                found = telling.to_tell(db, now)
                if found is None:
                    return told
                told += telling.tell_meeting(db, db.get_one(Meeting, found), now)

    def change(self, change: Callable[[Meeting], None]) -> None:
        with self.database.writing() as db:
            change(db.get_one(Meeting, self.meeting))

    def subjects(self, name: str) -> list[str]:
        with self.database.reading() as db:
            mine = select(Notice.subject).where(Notice.member_id == self.office.members[name]).order_by(Notice.id)
            return list(db.scalars(mine))

    def mails(self, name: str) -> list[Mail]:
        with self.database.reading() as db:
            return list(db.scalars(select(Mail).where(Mail.member_id == self.office.members[name]).order_by(Mail.id)))


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def test_everybody_is_told_once(room: Room) -> None:
    assert room.tell() == 5  # four seats and the secretary
    assert room.tell() == 0
    assert room.subjects("first") == ["Giấy mời: Hội nghị tháng 11"]
    [mail] = room.mails("first")
    assert (mail.address, mail.about) == ("first@doan.vn", f"meeting:{room.meeting}")
    assert mail.event is not None
    assert (mail.event["sequence"], mail.event["cancelled"]) == (0, False)
    assert room.mails("chair") == []  # has no address


def test_a_draft_and_a_past_meeting_tell_nobody(database: Database) -> None:
    room = Room(database)
    room.change(lambda meeting: setattr(meeting, "state", MeetingState.DRAFT))
    assert room.tell() == 0
    room.change(lambda meeting: setattr(meeting, "state", MeetingState.INVITED))
    assert room.tell(NOW + timedelta(days=1)) == 0


def test_a_new_time_or_place_is_told_with_the_former(room: Room) -> None:
    room.tell()
    room.change(lambda meeting: setattr(meeting, "place", "Phòng B"))
    assert room.tell() == 5
    with room.database.reading() as db:
        notice = db.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()
        assert notice.subject == "Thay đổi giấy mời: Hội nghị tháng 11"
        assert "Địa điểm trước đây: Phòng A." in notice.text
    first, second = room.mails("first")
    assert first.event is not None
    assert second.event is not None
    assert (first.event["uid"], first.event["sequence"] + 1) == (second.event["uid"], second.event["sequence"])
    assert second.event["place"] == "Phòng B"
    assert room.tell() == 0


def test_called_off_is_told_once_and_takes_the_entry_out_of_calendars(room: Room) -> None:
    room.tell()
    room.change(lambda meeting: setattr(meeting, "state", MeetingState.CANCELLED))
    assert room.tell() == 5
    assert room.tell() == 0
    assert room.subjects("first")[-1] == "Hủy phiên họp: Hội nghị tháng 11"
    event = room.mails("first")[-1].event
    assert event is not None
    assert (event["cancelled"], event["sequence"]) == (True, 1)


def test_who_falls_out_of_the_list_is_told_and_may_come_back(room: Room) -> None:
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        spare = db.get_one(Member, room.office.members["spare"])
        second = participant(db, room.office, meeting, "second")
        attendance.send_substitute(db, second, spare, "", new_code)
    room.tell()
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        second = participant(db, room.office, meeting, "second")
        person = room.office.person(db, "second")
        invitations.answer(db, second, Rsvp.ACCEPTED, None, "", person, BEFORE)
    assert room.tell() == 1
    assert room.subjects("spare") == ["Giấy mời: Hội nghị tháng 11", "Thôi mời họp: Hội nghị tháng 11"]
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        spare = db.get_one(Member, room.office.members["spare"])
        attendance.invite_guest(db, meeting, spare, new_code)
    assert room.tell() == 1
    with room.database.reading() as db:
        row = db.scalars(select(Invitation).where(Invitation.member_id == room.office.members["spare"])).one()
        assert (row.sequence, row.cancelled) == (2, False)


def test_reminders_go_once_to_those_who_may_come(room: Room) -> None:
    room.tell()
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        first = participant(db, room.office, meeting, "first")
        person = room.office.person(db, "first")
        invitations.answer(db, first, Rsvp.ABSENT, AbsenceCategory.ILLNESS, "", person, BEFORE)
    at = NOW - timedelta(hours=2)
    for expected in (4, 0):
        with room.database.writing() as db:
            assert (telling.to_remind(db, at) == [room.meeting]) == bool(expected)
            assert telling.remind(db, db.get_one(Meeting, room.meeting), at) == expected
    assert room.subjects("first") == ["Giấy mời: Hội nghị tháng 11"]
    assert room.subjects("second") == ["Giấy mời: Hội nghị tháng 11", "Nhắc họp: Hội nghị tháng 11"]
    with room.database.reading() as db:
        notice = db.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()
        assert "chưa trả lời" in notice.text


def test_who_was_invited_after_the_moment_of_a_reminder_is_not_reminded(room: Room) -> None:
    at = NOW - timedelta(hours=1)
    room.tell(at)
    with room.database.writing() as db:
        assert telling.remind(db, db.get_one(Meeting, room.meeting), at) == 0
        assert telling.to_remind(db, at) == []


def test_answers_are_kept_and_late_ones_are_marked(room: Room) -> None:
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        invitations.save_wishes(db, meeting, Wishes(answer_by=BEFORE))
        first = participant(db, room.office, meeting, "first")
        me, secretary = room.office.person(db, "first"), room.office.person(db, "secretary")
        invitations.answer(db, first, Rsvp.ACCEPTED, None, "", me, BEFORE)
        late = BEFORE + timedelta(minutes=1)
        invitations.answer(db, first, Rsvp.ABSENT, AbsenceCategory.DUTY, "Sơn La", secretary, late)
        assert first.reason == "Đi công tác: Sơn La"
        said = last_answers(db, meeting.id)[first.id]
        assert (said.rsvp, said.category, said.reason, said.late) == ("absent", "duty", "Sơn La", True)
        assert said.given_by == secretary.member_id
        with pytest.raises(Invalid):
            invitations.answer(db, first, Rsvp.ABSENT, AbsenceCategory.OTHER, "", me, late)


def test_how_a_body_invited_last_is_how_it_invites_next(room: Room) -> None:
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        said = Wishes(answer_by=BEFORE, note="Mang theo thẻ", approves_substitutes=True, reminders=(30, 1440))
        invitations.save_wishes(db, meeting, said)
        later = make_meeting(db, room.office, state=MeetingState.DRAFT)
        later.starts_at, later.ends_at = NOW + timedelta(days=30), NOW + timedelta(days=31)
        db.flush()
        wishes = invitations.wishes_of(db, later)
        assert (wishes.approves_substitutes, wishes.reminders) == (True, (1440, 30))
        assert (wishes.answer_by, wishes.note) == (None, "")


def propose(room: Room, *, approves: bool, now: datetime = BEFORE) -> int:
    """``second`` proposes ``spare``; the id of the proposal."""
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        invitations.save_wishes(db, meeting, Wishes(approves_substitutes=approves))
        second = participant(db, room.office, meeting, "second")
        spare = db.get_one(Member, room.office.members["spare"])
        person = room.office.person(db, "second")
        named = invitations.send_substitute(db, second, spare, "Bận", person, now, new_code)
        db.flush()
        return named.id


def substitute(room: Room) -> Participant | None:
    with room.database.reading() as db:
        return db.scalar(select(Participant).where(Participant.member_id == room.office.members["spare"]))


def decide(room: Room, named: int, who: str, *, agreed: bool, refusal: str = "") -> None:
    with room.database.writing() as db:
        proposal = db.get_one(Substitution, named)
        by = room.office.person(db, who)
        invitations.decide(db, proposal, agreed=agreed, refusal=refusal, by=by, now=BEFORE, new_code=new_code)


def test_where_nobody_wants_to_approve_a_substitute_comes_at_once(room: Room) -> None:
    propose(room, approves=False)
    found = substitute(room)
    assert found is not None
    assert found.voting


def test_until_approved_a_substitute_has_no_vote_and_is_not_counted(room: Room) -> None:
    named = propose(room, approves=True)
    assert substitute(room) is None
    with room.database.reading() as db:
        meeting = db.get_one(Meeting, room.meeting)
        assert participant(db, room.office, meeting, "second").rsvp == Rsvp.PENDING
        assert queries.quorum_of(db, meeting).summoned == 4
    assert room.subjects("chair") == ["Chờ duyệt dự thay: Hội nghị tháng 11"]
    decide(room, named, "chair", agreed=True)
    found = substitute(room)
    assert found is not None
    assert found.voting
    with room.database.reading() as db:
        proposal = db.get_one(Substitution, named)
        assert (proposal.state, proposal.decided_by) == (SubstitutionState.APPROVED, room.office.members["chair"])
    with pytest.raises(Problem, match="wrong_state"):
        decide(room, named, "chair", agreed=False, refusal="x")


def test_a_refusal_has_its_reason_and_changes_nothing_else(room: Room) -> None:
    named = propose(room, approves=True)
    with pytest.raises(Invalid):
        decide(room, named, "chair", agreed=False)
    decide(room, named, "chair", agreed=False, refusal="Cần đồng chí dự")
    assert substitute(room) is None
    with room.database.reading() as db:
        second = participant(db, room.office, db.get_one(Meeting, room.meeting), "second")
        proposal = own_substitution(db, second)
        assert proposal is not None
        assert (proposal.state, proposal.refusal) == ("refused", "Cần đồng chí dự")
    assert room.subjects("second")[-1] == "Dự thay: Hội nghị tháng 11"


def test_nobody_approves_their_own_substitute(room: Room) -> None:
    named = propose(room, approves=True)
    with pytest.raises(Problem, match="not_yourself"):
        decide(room, named, "second", agreed=True)


def test_who_then_answers_takes_the_proposal_back_and_another_replaces_it(room: Room) -> None:
    first = propose(room, approves=True)
    second = propose(room, approves=True)
    with room.database.writing() as db:
        assert db.get_one(Substitution, first).state == SubstitutionState.WITHDRAWN
        me = room.office.person(db, "second")
        seat = participant(db, room.office, db.get_one(Meeting, room.meeting), "second")
        invitations.answer(db, seat, Rsvp.ACCEPTED, None, "", me, BEFORE)
        assert own_substitution(db, seat) is None
    with pytest.raises(Problem, match="wrong_state"):
        decide(room, second, "chair", agreed=True)


def test_who_is_invited_already_is_no_substitute(room: Room) -> None:
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        first = participant(db, room.office, meeting, "first")
        third = db.get_one(Member, room.office.members["third"])
        person = room.office.person(db, "first")
        with pytest.raises(Problem, match="already_invited"):
            invitations.send_substitute(db, first, third, "", person, BEFORE, new_code)


def test_a_guest_from_outside_comes_and_goes_by_the_secretary(room: Room) -> None:
    with room.database.writing() as db:
        meeting, secretary = db.get_one(Meeting, room.meeting), room.office.person(db, "secretary")
        with pytest.raises(Invalid):
            invitations.add_guest(db, meeting, "", "", "", secretary, BEFORE)
        guest = invitations.add_guest(db, meeting, "Lê Văn Khách", "Sở Nội vụ", "Phó Giám đốc", secretary, BEFORE)
        other = invitations.add_guest(db, meeting, "Trần B", "Báo Tiền Phong", "", secretary, BEFORE)
        assert invitations.record_guest(db, meeting, guest, True, secretary, NOW)
        assert not invitations.record_guest(db, meeting, guest, True, secretary, NOW)
        with pytest.raises(Problem, match="guest_came"):
            invitations.remove_guest(db, guest, NOW)
        invitations.remove_guest(db, other, NOW)
        with pytest.raises(Problem, match="not_found"):
            invitations.load_guest(db, meeting, other.id)
        assert queries.quorum_of(db, meeting).summoned == 4


def test_an_answer_does_not_undo_an_arrival(room: Room) -> None:
    with room.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        first, me = participant(db, room.office, meeting, "first"), room.office.person(db, "first")
        attendance.record_attendance(db, first, True, AttendanceHow.SELF, me, NOW)
        invitations.answer(db, first, Rsvp.ABSENT, AbsenceCategory.ILLNESS, "", me, NOW)
        assert first.present
