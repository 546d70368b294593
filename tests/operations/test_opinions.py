"""Rounds of opinions: prepared, approved, sent; who sees them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from documents.blobs import Blob
from documents.database import Database
from documents.errors import NotFound, Problem
from documents.models import DocumentLabel
from ecabinet.meetings.agenda import PaperFile
from ecabinet.opinions import drafting, queries, rounds
from ecabinet.opinions.rules import DEFAULT_OPTIONS, EventKind, NoticeKind, RoundState
from ecabinet.registry import bodies
from ecabinet.registry.body_rules import Days
from ecabinet.registry.models import Body, Member, Position, Term, Unit
from ecabinet.registry.rules import MemberStatus
from tests.opinion_people import DEADLINE, Told, in_room, said
from tests.people import NOW, SEATS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def code_of(caught: pytest.ExceptionInfo[Problem]) -> str:
    return caught.value.code


# ------------------------------------------------------------------ preparing


def test_a_round_goes_to_the_seats_as_they_stand_on_the_day_it_is_sent(database: Database) -> None:
    with in_room(database) as room:
        db, of = room.db, room.round(sent=False)
        body = db.get_one(Body, room.office.body)
        term = db.scalars(select(Term).where(Term.body_id == body.id)).one()
        spare, leader = (db.get_one(Member, room.id(name)) for name in ("spare", "leader"))
        days = Days(date(2022, 12, 17), None)
        bodies.appoint(db, body, term, spare, "Ủy viên dự khuyết", 9, days, None, NOW, voting=False)
        # between preparing and sending one seat falls free and another is filled
        held = db.scalars(select(Position).where(Position.member_id == room.id("third"))).one()
        held.ends_on = date(2026, 11, 21)
        bodies.appoint(db, body, term, leader, "Ủy viên", 8, days, None, NOW)
        assert rounds.send(db, of, room.id("secretary"), NOW, Told()) == 4
        assert room.asked(of) == ["chair", "first", "second", "leader"]


def test_members_are_added_and_left_out(database: Database) -> None:
    with in_room(database) as room:
        db, by = room.db, room.id("secretary")
        of = room.round(sent=False)
        member = {name: db.get_one(Member, room.id(name)) for name in ("spare", "first", "second")}
        drafting.address_member(db, of, member["spare"], by, NOW)
        drafting.address_member(db, of, member["first"], by, NOW, excluded=True)
        drafting.address_member(db, of, member["second"], by, NOW)
        with pytest.raises(Problem) as twice:
            drafting.address_member(db, of, member["spare"], by, NOW)
        assert code_of(twice) == "already_invited"
        with pytest.raises(Problem) as body_twice:
            drafting.address_body(db, of, db.get_one(Body, room.office.body), by, NOW)
        assert code_of(body_twice) == "already_invited"
        rounds.send(db, of, by, NOW, Told())
        assert room.asked(of) == ["chair", "second", "third", "spare"]


def test_somebody_left_out_may_be_asked_after_all_and_taken_off_again(database: Database) -> None:
    with in_room(database) as room:
        db, by, of = room.db, room.id("secretary"), room.round(sent=False)
        first = db.get_one(Member, room.id("first"))
        drafting.address_member(db, of, first, by, NOW, excluded=True)
        drafting.address_member(db, of, first, by, NOW)
        line = next(one for one in queries.addressees(db, of) if one.member_id == first.id)
        assert not line.excluded
        drafting.remove_addressee(db, of, line, by, NOW)
        assert len(drafting.addressed(db, of, NOW.date())) == 4


def test_who_has_left_is_not_asked(database: Database) -> None:
    with in_room(database) as room:
        spare = room.db.get_one(Member, room.id("spare"))
        spare.status = MemberStatus.REMOVED
        with pytest.raises(Problem) as caught:
            drafting.address_member(room.db, room.round(sent=False), spare, room.id("secretary"), NOW)
        assert code_of(caught) == "member_not_active"


def test_questions_are_changed_moved_and_removed(database: Database) -> None:
    with in_room(database) as room:
        db, by, of = room.db, room.id("secretary"), room.round(sent=False)
        second = drafting.add_question(db, of, "Câu hai", DEFAULT_OPTIONS[:2], by, NOW)
        drafting.move_question(db, of, second, up=True)
        drafting.move_question(db, of, second, up=True)
        assert [question.text for question in of.questions] == ["Câu hai", "Đồng chí có đồng ý với dự thảo không?"]
        drafting.edit_question(db, of, second, "Câu 2", DEFAULT_OPTIONS, by, NOW)
        db.refresh(second, ["options"])
        assert [(option.label, option.needs_text) for option in second.options][-1] == ("Ý kiến khác", True)
        drafting.remove_question(db, of, second, by, NOW)
        assert len(of.questions) == 1


def test_nothing_is_changed_once_it_is_out(database: Database) -> None:
    with in_room(database) as room:
        db, by, of = room.db, room.id("secretary"), room.round()
        spare, question = db.get_one(Member, room.id("spare")), of.questions[0]
        file = PaperFile("Dự thảo", Blob("0" * 64, 10), "du-thao.pdf", "application/pdf")
        for change in (
            lambda: drafting.edit(db, of, said(title="Khác"), by, NOW),
            lambda: drafting.add_question(db, of, "Thêm", DEFAULT_OPTIONS, by, NOW),
            lambda: drafting.edit_question(db, of, question, "Khác", DEFAULT_OPTIONS, by, NOW),
            lambda: drafting.remove_question(db, of, question, by, NOW),
            lambda: drafting.move_question(db, of, question, up=True),
            lambda: drafting.address_member(db, of, spare, by, NOW),
            lambda: drafting.lay_paper(db, of, file, by, NOW),
        ):
            with pytest.raises(Problem) as caught:
                change()
            assert code_of(caught) == "opinion_not_draft"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [("questions", "opinion_no_question"), ("recipients", "opinion_no_recipient"), ("time", "opinion_deadline_over")],
)
def test_what_is_not_ready_is_not_sent(database: Database, spoil: str, code: str) -> None:
    with in_room(database) as room:
        db, by, of = room.db, room.id("secretary"), room.round(sent=False)
        if spoil == "questions":
            drafting.remove_question(db, of, of.questions[0], by, NOW)
        if spoil == "recipients":
            drafting.remove_addressee(db, of, queries.addressees(db, of)[0], by, NOW)
        with pytest.raises(Problem) as caught:
            rounds.send(db, of, by, DEADLINE if spoil == "time" else NOW, Told())
        assert code_of(caught) == code
        assert queries.recipients(db, of.id) == []


# ------------------------------------------------------------------ approval


def test_a_superior_approves_when_the_unit_wants_it(database: Database) -> None:
    with in_room(database) as room:
        db, by, told = room.db, room.id("secretary"), Told()
        rounds.set_policy(db, db.get_one(Unit, room.office.units["centre"]), True, room.id("leader"), NOW)
        of = room.round(sent=False)
        with pytest.raises(Problem) as early:
            rounds.send(db, of, by, NOW, told)
        assert code_of(early) == "opinion_needs_approval"
        rounds.submit(db, of, by, NOW, told)
        assert told.last() == (NoticeKind.SUBMITTED, {room.id("leader")})
        with pytest.raises(Problem) as own:
            rounds.approve(db, of, by, NOW, told)
        assert code_of(own) == "not_yourself"
        rounds.give_back(db, of, "Nêu rõ căn cứ", room.id("leader"), NOW, told)
        assert (of.state, told.last()) == (RoundState.DRAFT, (NoticeKind.RETURNED, {by}))
        rounds.submit(db, of, by, NOW, told)
        rounds.approve(db, of, room.id("leader"), NOW, told)
        rounds.send(db, of, by, NOW, told)
        assert room.kinds(of)[-5:] == ["submitted", "returned", "submitted", "approved", "sent"]
        reasons = {event.kind: event.reason for event in queries.history(db, of.id)}
        assert reasons[EventKind.RETURNED] == "Nêu rõ căn cứ"


def test_the_wish_of_a_unit_above_holds_below_and_can_be_ended(database: Database) -> None:
    with in_room(database) as room:
        db = room.db
        centre, hue = (db.get_one(Unit, room.office.units[name]) for name in ("centre", "hue"))
        rounds.set_policy(db, centre, True, room.id("leader"), NOW)
        rounds.set_policy(db, centre, True, room.id("leader"), NOW)
        below = drafting.create(db, hue, said(), room.id("secretary"), NOW)
        assert rounds.needs_approval(db, below)
        rounds.set_policy(db, centre, False, room.id("leader"), NOW)
        assert not rounds.needs_approval(db, below)
        assert rounds.needs_approval(db, drafting.create(db, hue, said(asks_approval=True), room.id("chair"), NOW))


def test_what_was_withdrawn_must_be_approved_anew(database: Database) -> None:
    with in_room(database) as room:
        db, by, of = room.db, room.id("secretary"), room.round(sent=False, asks_approval=True)
        rounds.submit(db, of, by, NOW, Told())
        rounds.approve(db, of, room.id("leader"), NOW, Told())
        rounds.withdraw(db, of, by, NOW)
        drafting.edit(db, of, said(asks_approval=True, title="Dự thảo lần 2"), by, NOW)
        with pytest.raises(Problem) as caught:
            rounds.send(db, of, by, NOW, Told())
        assert code_of(caught) == "opinion_needs_approval"


# ------------------------------------------------------------------ who sees it


def test_to_whom_a_round_exists(database: Database) -> None:
    with in_room(database) as room:
        of = room.round(sent=False, asks_approval=True)

        def seeing() -> set[str]:
            return {name for name in room.office.members if room.seen(name, of) is not None}

        assert seeing() == {"secretary"}
        rounds.submit(room.db, of, room.id("secretary"), NOW, Told())
        assert seeing() == {"secretary", "leader"}
        rounds.approve(room.db, of, room.id("leader"), NOW, Told())
        rounds.send(room.db, of, room.id("secretary"), NOW, Told())
        assert seeing() == {"secretary", "leader", *SEATS}


def test_papers_open_when_it_is_sent_and_close_when_it_is_recalled(database: Database) -> None:
    with in_room(database) as room:
        db, by, of = room.db, room.id("secretary"), room.round(sent=False)
        file = PaperFile("Dự thảo", Blob("0" * 64, 10), "du-thao.pdf", "application/pdf")
        document = drafting.lay_paper(db, of, file, by, NOW).document_id

        def readers() -> set[str]:
            labels = set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document)))
            return {name for name in room.office.members if room.office.person(db, name).labels & labels}

        assert readers() == {"secretary", "leader"}
        rounds.send(db, of, by, NOW, Told())
        assert readers() == {"secretary", "leader", *SEATS}
        rounds.recall(db, of, "Sai căn cứ", by, NOW, Told())
        assert readers() == {"secretary", "leader"}


def test_a_paper_taken_away_is_open_to_nobody(database: Database) -> None:
    with in_room(database) as room:
        db, by, of = room.db, room.id("secretary"), room.round(sent=False)
        file = PaperFile("Dự thảo", Blob("0" * 64, 10), "du-thao.pdf", "application/pdf")
        paper = drafting.lay_paper(db, of, file, by, NOW)
        drafting.remove_paper(db, of, paper, by, NOW)
        assert drafting.papers(db, of.id) == []
        assert db.scalars(select(DocumentLabel).where(DocumentLabel.document_id == paper.document_id)).all() == []
        with pytest.raises(NotFound):
            drafting.load_paper(db, of, paper.document_id)
