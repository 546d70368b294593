"""The life of a meeting on both databases: approval, postponing, cancelling, archive; who sees it when."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Forbidden, Invalid, NotFound, Problem
from ecabinet import audit
from ecabinet.audit import AuditEntry
from ecabinet.meetings import attendance, life, life_queries, operations, queries, telling
from ecabinet.meetings.life import Act
from ecabinet.meetings.life_models import MeetingStep
from ecabinet.meetings.life_queries import Period, Wanted
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import MeetingState, Rsvp
from ecabinet.notices.models import Notice
from ecabinet.registry.models import Body, Unit
from tests.people import NOW, SEATS, draft, make_meeting, make_office, new_code, participant

LATER = NOW + timedelta(days=7)


def act_of(office, name: str = "secretary") -> Act:  # type: ignore[no-untyped-def]
    return Act(office.members[name], NOW)


def test_a_meeting_that_is_approved_before_people_are_invited(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        leader, secretary = office.person(db, "leader"), office.person(db, "secretary")
        centre = db.get_one(Unit, office.units["centre"])
        life.set_policy(db, centre, True, act_of(office, "leader"))
        meeting = make_meeting(db, office, state=MeetingState.DRAFT)
        with pytest.raises(Problem, match="needs_approval"):
            operations.advance(db, meeting, MeetingState.INVITED, NOW)
        with pytest.raises(NotFound):  # what is not submitted is not the superior's
            life_queries.load(db, leader, meeting.id)
        life.take(db, meeting, Action.SUBMIT, act_of(office))
        with pytest.raises(Problem, match="submitted_already"):
            queries.load(db, secretary, meeting.id).require_preparing()
        seen = life_queries.load(db, leader, meeting.id)
        assert (seen.manages, seen.approves) == (False, True)
        assert seen.actions == [Action.APPROVE, Action.RETURN]
        assert [one.id for one in life_queries.approving(db, leader)] == [meeting.id]
        assert life_queries.approving(db, office.person(db, "stranger")) == []
        with pytest.raises(Forbidden):
            seen.require(Action.TAKE_BACK)
        life.take(db, meeting, Action.RETURN, act_of(office, "leader"), "Thiếu báo cáo")
        assert meeting.state == MeetingState.DRAFT
        life.take(db, meeting, Action.SUBMIT, act_of(office))
        life.take(db, meeting, Action.APPROVE, act_of(office, "leader"))
        with pytest.raises(Problem, match="approved_already"):
            operations.edit_meeting(db, meeting, draft(title="Khác"))
        life.take(db, meeting, Action.INVITE, act_of(office))
        assert meeting.state == MeetingState.INVITED
        assert [(s.action, s.reason) for s in life_queries.history(db, meeting.id)] == [
            ("submit", ""), ("return", "Thiếu báo cáo"), ("submit", ""), ("approve", ""), ("invite", ""),
        ]  # fmt: skip
        assert audit.check(db) is None
        actions = db.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"meeting:{meeting.id}")).all()
        assert {"meeting_submit", "meeting_return", "meeting_approve", "meeting_invite"} <= set(actions)
        told = db.execute(select(Notice.member_id, Notice.subject).order_by(Notice.id)).all()
        assert (office.members["leader"], f"Trình phê duyệt: {meeting.title}") in told
        assert (office.members["secretary"], f"Trả lại: {meeting.title}") in told


def test_nobody_approves_what_they_have_submitted(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        life.set_policy(db, db.get_one(Unit, office.units["centre"]), True, act_of(office, "leader"))
        meeting = make_meeting(db, office, state=MeetingState.DRAFT)
        life.take(db, meeting, Action.SUBMIT, act_of(office, "leader"))
        with pytest.raises(Problem, match="own_submission"):
            life.take(db, meeting, Action.APPROVE, act_of(office, "leader"))


def test_a_unit_below_may_differ(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        centre, hue, hanoi = (db.get_one(Unit, office.units[name]) for name in ("centre", "hue", "hanoi"))
        act = act_of(office, "leader")
        life.set_policy(db, centre, True, act)
        life.set_policy(db, hue, False, act)
        db.flush()
        assert [life.needs_approval(db, unit) for unit in (centre, hue, hanoi)] == [True, False, True]
        life.set_policy(db, hue, None, act)
        life.set_policy(db, hue, None, act)
        db.flush()
        assert life.needs_approval(db, hue) is True


@pytest.mark.parametrize("state", [MeetingState.SUBMITTED, MeetingState.APPROVED, MeetingState.DROPPED])
def test_the_invited_know_nothing_before_they_are_invited(database: Database, state: MeetingState) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.DRAFT)
        meeting.state = state
        db.flush()
        for name in SEATS[1:]:
            with pytest.raises(NotFound):
                queries.load(db, office.person(db, name), meeting.id)
            assert f"meeting:{meeting.id}" not in office.person(db, name).labels
        assert life_queries.listed(db, office.person(db, "first"), Wanted(), NOW) == ([], None)


def test_postponing_asks_everybody_anew(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.INVITED, here=())
        attendance.answer(db, participant(db, office, meeting, "first"), Rsvp.ACCEPTED, "")
        attendance.answer(db, participant(db, office, meeting, "second"), Rsvp.ABSENT, "Đi công tác")
        with pytest.raises(Invalid) as refusal:
            operations.edit_meeting(db, meeting, draft(starts_at=LATER, ends_at=LATER + timedelta(hours=1)))
        assert refusal.value.faults["starts_at"].code == "postpone_instead"
        life.postpone(db, meeting, LATER, LATER + timedelta(hours=2), "Bão số 12", act_of(office))
        db.flush()
        db.expire_all()
        assert meeting.starts_at == LATER
        assert {p.rsvp for p in db.scalars(select(Participant))} == {Rsvp.PENDING}
        step = db.scalars(select(MeetingStep).where(MeetingStep.action == Action.POSTPONE)).one()
        assert (step.was_starts_at, step.reason) == (NOW, "Bão số 12")


@pytest.mark.parametrize(
    ("starts", "ends", "reason", "field"),
    [
        (None, LATER, "lý do", "starts_at"),
        (LATER, None, "lý do", "ends_at"),
        (LATER, LATER, "lý do", "ends_at"),
        (LATER, LATER + timedelta(days=15), "lý do", "ends_at"),
        (NOW - timedelta(days=1), NOW, "lý do", "starts_at"),
        (NOW, NOW + timedelta(hours=9), "lý do", "starts_at"),
        (LATER, LATER + timedelta(hours=1), "", "reason"),
    ],
)
def test_what_is_no_postponement(database: Database, starts, ends, reason: str, field: str) -> None:  # type: ignore[no-untyped-def]
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.INVITED, here=())
        with pytest.raises(Invalid) as refusal:
            life.postpone(db, meeting, starts, ends, reason, act_of(office))
        assert field in refusal.value.faults


def test_a_cancelled_meeting_is_kept_and_takes_nothing_more(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.INVITED, here=())
        with pytest.raises(Invalid):
            life.take(db, meeting, Action.CANCEL, act_of(office))
        life.take(db, meeting, Action.CANCEL, act_of(office), "Trùng lịch Trung ương")
        db.flush()
        seen = queries.load(db, office.person(db, "first"), meeting.id)  # it is still there for the invited
        assert seen.meeting.state == MeetingState.CANCELLED
        assert queries.today(db, office.person(db, "first"), NOW) == []
        with pytest.raises(Problem, match="wrong_state"):
            queries.load(db, office.person(db, "secretary"), meeting.id).require_preparing()
        with pytest.raises(Problem, match="wrong_state"):
            attendance.answer(db, participant(db, office, meeting, "first"), Rsvp.ACCEPTED, "")
        for action in Action:
            if action != Action.POSTPONE:
                with pytest.raises(Problem):
                    life.take(db, meeting, action, act_of(office), "lần nữa")


def test_an_archived_meeting_is_only_read(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.CONCLUDED)
        secretary = office.person(db, "secretary")
        queries.load_to_change(db, secretary, meeting.id)
        life.take(db, meeting, Action.ARCHIVE, act_of(office))
        db.flush()
        with pytest.raises(Problem, match="archived"):
            queries.load_to_change(db, secretary, meeting.id)
        assert queries.load(db, office.person(db, "first"), meeting.id).meeting.state == MeetingState.ARCHIVED
        assert f"meeting:{meeting.id}" in office.person(db, "first").labels  # its papers stay theirs


def test_the_list_by_filters_and_page_by_page(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        secretary = office.person(db, "secretary")
        body = db.get_one(Body, office.body)
        ids = []
        for n in range(life_queries.PAGE + 5):
            # Three a day at one moment: the key goes on by id among them.
            start = NOW + timedelta(days=n // 3)
            said = draft(title=f"Họp {n}", starts_at=start, ends_at=start + timedelta(hours=1))
            ids.append(operations.create_meeting(db, secretary, body.unit, body, said, new_code).id)
        first, key = life_queries.listed(db, secretary, Wanted(), NOW)
        assert key is not None
        second, end = life_queries.listed(db, secretary, Wanted(after=key), NOW)
        assert [seen.meeting.id for seen in first + second] == ids
        assert end is None
        past, _more = life_queries.listed(db, secretary, Wanted(period=Period.PAST), NOW + timedelta(days=5))
        assert [seen.meeting.starts_at for seen in past] == sorted((s.meeting.starts_at for s in past), reverse=True)
        assert len(past) == 15
        month = Wanted(period=Period.MONTH, month=(NOW + timedelta(days=9)).date().replace(day=1))
        assert {s.meeting.starts_at.month for s in life_queries.listed(db, secretary, month, NOW)[0]} == {12}
        assert life_queries.listed(db, secretary, Wanted(state="invited"), NOW) == ([], None)
        assert life_queries.listed(db, secretary, Wanted(unit_id=office.units["hue"]), NOW) == ([], None)
        assert len(life_queries.listed(db, secretary, Wanted(mine=True), NOW)[0]) == life_queries.PAGE
        assert life_queries.listed(db, office.person(db, "stranger"), Wanted(), NOW) == ([], None)


def test_a_series_of_two_thousand_is_one_page(database: Database) -> None:
    """The list asks for a page, not for everything."""
    with database.writing() as db:
        office = make_office(db)
        db.add_all(
            Meeting(
                unit_id=office.units["centre"], title=f"Họp {n}", place="", starts_at=NOW + timedelta(hours=n),
                ends_at=NOW + timedelta(hours=n + 1),
            )
            for n in range(2000)
        )  # fmt: skip
        db.flush()
        found, key = life_queries.listed(db, office.person(db, "secretary"), Wanted(), NOW)
        assert len(found) == life_queries.PAGE
        assert key is not None


def test_the_invited_read_why(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.INVITED, here=())
        telling.tell_meeting(db, meeting, NOW)
        life.postpone(db, meeting, LATER, LATER + timedelta(hours=2), "Bão số 12", act_of(office))
        db.flush()
        telling.tell_meeting(db, meeting, NOW)
        life.take(db, meeting, Action.CANCEL, act_of(office), "Trùng lịch Trung ương")
        db.flush()
        telling.tell_meeting(db, meeting, NOW)
        texts = select(Notice.text).where(Notice.member_id == office.members["first"]).order_by(Notice.id)
        first, second, third = db.scalars(texts).all()
        assert "Lý do" not in first
        assert "Lý do: Bão số 12" in second
        assert "Lý do: Trùng lịch Trung ương" in third
