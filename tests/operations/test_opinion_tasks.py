"""Rounds of opinions: answered, extended, recalled, reported, reminded of by the clock, listed."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.notices.models import Notice
from ecabinet.opinions import answers, drafting, listing, notices, queries, rounds
from ecabinet.opinions.answer_rules import Choice
from ecabinet.opinions.models import OpinionAnswer, OpinionEvent, OpinionRecipient
from ecabinet.opinions.rules import CloseHow, EventKind, NoticeKind, RoundState
from ecabinet.registry import bodies
from ecabinet.registry import operations as registry
from ecabinet.registry.body_rules import Days
from ecabinet.registry.models import Position, Unit
from ecabinet.registry.rules import BodyKind, Sex
from tests.opinion_people import DEADLINE, Told, give, in_room, options, recipient
from tests.people import NOW, SEATS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def code_of(caught: pytest.ExceptionInfo[Problem]) -> str:
    return caught.value.code


# ------------------------------------------------------------------ answering


def test_an_answer_and_its_correction_are_both_kept(database: Database) -> None:
    with in_room(database) as room:
        db, of = room.db, room.round()
        give(db, room.office, of, "first", 0)
        give(db, room.office, of, "first", 2, "Bỏ Điều 3", at=NOW + HOUR)
        who = recipient(db, room.office, of, "first")
        assert [answer.revision for answer in queries.answers_of(db, who.id)] == [2, 1]
        counting = queries.counting(db, of.id)
        assert list(counting) == [who.id]
        assert queries.choices_of(counting[who.id]) == {of.questions[0].id: Choice(options(of)[2], "Bỏ Điều 3")}
        entries = db.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "opinion_answered")).all()
        assert [entry.member_id for entry in entries] == [room.id("first")] * 2
        assert "Bỏ" not in str([entry.details for entry in entries])


def test_the_same_answer_sent_again_is_one(database: Database) -> None:
    with in_room(database) as room:
        of = room.round()
        once = give(room.db, room.office, of, "first", token="t")
        again = give(room.db, room.office, of, "first", 1, token="t", revision=0, at=DEADLINE + DAY)
        assert again.id == once.id
        assert recipient(room.db, room.office, of, "first").revision == 1


def test_two_tabs_do_not_overwrite_each_other(database: Database) -> None:
    with in_room(database) as room:
        of = room.round()
        give(room.db, room.office, of, "first", 0)
        with pytest.raises(Problem) as caught:
            give(room.db, room.office, of, "first", 1, revision=0, token="other")
        assert code_of(caught) == "opinion_answered_elsewhere"


def test_options_of_another_round_are_unknown(database: Database) -> None:
    with in_room(database) as room:
        of, other = room.round(), room.round()
        who = recipient(room.db, room.office, of, "first")
        wrong = {of.questions[0].id: Choice(options(other)[0])}
        with pytest.raises(Invalid) as caught:
            answers.answer(room.db, of, who, wrong, "t", 0, NOW, Told())
        assert {fault.code for fault in caught.value.faults.values()} == {"unknown_option"}
        assert who.revision == 0


@pytest.mark.parametrize(
    ("late_days", "at", "late"),
    [(0, NOW, False), (0, DEADLINE, False), (0, DEADLINE + HOUR, None), (1, DEADLINE + HOUR, True),
     (1, DEADLINE + DAY + HOUR, None)],
)  # fmt: skip
def test_late_answers(database: Database, late_days: int, at: datetime, late: bool | None) -> None:
    with in_room(database) as room:
        of = room.round(late_days=late_days)
        if late is None:
            with pytest.raises(Problem) as caught:
                give(room.db, room.office, of, "first", at=at)
            assert (code_of(caught), caught.value.values) == ("opinion_over", {"deadline": "09:00 25/11/2026"})
        else:
            assert give(room.db, room.office, of, "first", at=at).late is late


def test_it_closes_when_all_have_answered(database: Database) -> None:
    with in_room(database) as room:
        of, told = room.round(), Told()
        for name in SEATS:
            assert of.state == RoundState.SENT
            give(room.db, room.office, of, name, notify=told)
        assert (of.state, of.closed_how, of.wake_at) == (RoundState.CLOSED, CloseHow.ALL_ANSWERED, None)
        assert told.last() == (NoticeKind.CLOSED, {room.id("secretary")})
        with pytest.raises(Problem) as caught:
            give(room.db, room.office, of, "first", 1)
        assert code_of(caught) == "opinion_closed"


def test_it_stays_open_where_it_should(database: Database) -> None:
    with in_room(database) as room:
        of = room.round(close_when_all=False)
        for name in SEATS:
            give(room.db, room.office, of, name)
        assert of.state == RoundState.SENT
        give(room.db, room.office, of, "first", 1)


# ------------------------------------------------------------------ recall, extension, report


def test_what_is_recalled_takes_no_answer_and_keeps_those_given(database: Database) -> None:
    with in_room(database) as room:
        db, of, told = room.db, room.round(), Told()
        give(db, room.office, of, "first")
        with pytest.raises(Invalid):
            rounds.recall(db, of, "", room.id("secretary"), NOW, told)
        rounds.recall(db, of, "Sai căn cứ", room.id("secretary"), NOW, told)
        assert told.last() == (NoticeKind.RECALLED, {room.id(name) for name in SEATS})
        with pytest.raises(Problem) as caught:
            give(db, room.office, of, "second")
        assert code_of(caught) == "opinion_recalled"
        assert len(db.scalars(select(OpinionAnswer)).all()) == 1


def test_an_extension_opens_again_what_the_deadline_closed(database: Database) -> None:
    with in_room(database) as room:
        db, of, told, by = room.db, room.round(), Told(), room.id("secretary")
        later = DEADLINE + 2 * DAY
        assert rounds.tend(db, DEADLINE, told)
        assert (of.state, of.closed_how) == (RoundState.CLOSED, CloseHow.DEADLINE)
        rounds.extend(db, of, later, "Nhiều đồng chí đi cơ sở", by, DEADLINE + HOUR, told)
        assert (of.state, of.deadline, of.closed_how) == (RoundState.SENT, later, None)
        assert not give(db, room.office, of, "first", at=DEADLINE + 2 * HOUR).late
        event = queries.history(db, of.id)[0]
        assert (event.kind, event.reason, event.member_id) == (EventKind.EXTENDED, "Nhiều đồng chí đi cơ sở", by)
        assert event.details == {"before": DEADLINE.isoformat(), "deadline": later.isoformat()}


def test_a_report_is_shared_only_if_said_so(database: Database) -> None:
    with in_room(database) as room:
        db, by = room.db, room.id("secretary")
        for shared in (False, True):
            of, told = room.round(), Told()
            rounds.close(db, of, CloseHow.HAND, by, NOW, told)
            assert told.heard == []
            rounds.report(db, of, "Đa số đồng ý.", shared, by, NOW, told)
            first = room.seen("first", of)
            assert first is not None
            if shared:
                assert told.last()[0] == NoticeKind.REPORTED
                assert first.require_report() is of
            else:
                assert told.heard == []
                with pytest.raises(Problem):
                    first.require_report()


def test_the_whole_history_is_dated_and_on_the_trail(database: Database) -> None:
    with in_room(database) as room:
        db, of, by = room.db, room.round(), room.id("secretary")
        rounds.remind(db, of, by, NOW + HOUR, Told())
        rounds.close(db, of, CloseHow.HAND, by, NOW + DAY, Told())
        rounds.report(db, of, "", False, by, NOW + 2 * DAY, Told())
        assert room.kinds(of) == ["created", "edited", "edited", "sent", "reminded", "closed", "reported"]
        assert all(event.member_id == by for event in queries.history(db, of.id))
        events = len(db.scalars(select(OpinionEvent)).all())
        trail = db.scalars(select(audit.AuditEntry).where(audit.AuditEntry.subject == f"opinion:{of.id}")).all()
        assert len(trail) == events
        assert audit.check(db) is None


# ------------------------------------------------------------------ by the clock


def test_the_worker_reminds_those_who_have_not_answered_and_closes(database: Database) -> None:
    with in_room(database) as room:
        db, of, told = room.db, room.round(late_days=2), Told()
        give(db, room.office, of, "first")
        rest = frozenset(room.id(name) for name in SEATS if name != "first")
        assert not rounds.tend(db, NOW + HOUR, told)
        assert of.wake_at == DEADLINE - DAY
        for at, kind in (
            (DEADLINE - DAY, NoticeKind.REMINDED),
            (DEADLINE - 2 * HOUR, NoticeKind.REMINDED),
            (DEADLINE, NoticeKind.OVERDUE),
            (DEADLINE + DAY, NoticeKind.OVERDUE),
        ):
            assert rounds.due(db, at)
            assert rounds.tend(db, at, told)
            assert told.last() == (kind, rest)
            assert not rounds.tend(db, at, told)
        assert rounds.tend(db, DEADLINE + 2 * DAY, told)
        assert (of.state, of.closed_how, of.wake_at) == (RoundState.CLOSED, CloseHow.DEADLINE, None)
        assert not rounds.due(db, DEADLINE + 9 * DAY)


def test_a_worker_that_was_away_says_one_thing(database: Database) -> None:
    with in_room(database) as room:
        of, told = room.round(), Told()
        assert rounds.tend(room.db, DEADLINE - HOUR, told)
        assert [kind for kind, _members in told.heard] == [NoticeKind.REMINDED]
        assert of.wake_at == DEADLINE


def test_an_extension_is_reminded_of_anew(database: Database) -> None:
    with in_room(database) as room:
        db, of, told = room.db, room.round(), Told()
        rounds.tend(db, DEADLINE - DAY, told)
        rounds.extend(db, of, DEADLINE + 2 * DAY, "vì", room.id("secretary"), DEADLINE - HOUR, told)
        told.heard.clear()
        assert not rounds.tend(db, DEADLINE, told)
        assert rounds.tend(db, DEADLINE + DAY, told)
        assert told.last()[0] == NoticeKind.REMINDED


def test_when_all_have_answered_nobody_is_reminded(database: Database) -> None:
    with in_room(database) as room:
        of, told = room.round(close_when_all=False), Told()
        for name in SEATS:
            give(room.db, room.office, of, name)
        assert rounds.tend(room.db, DEADLINE - DAY, told)
        assert told.heard == []


# ------------------------------------------------------------------ notices and lists


def test_a_newer_notice_of_a_round_takes_the_place_of_the_older(database: Database) -> None:
    with in_room(database) as room:
        db, of, first = room.db, room.round(), room.id("first")

        def unread() -> list[str]:
            mine = select(Notice.subject).where(Notice.member_id == first, Notice.read_at.is_(None))
            return list(db.scalars(mine))

        notices.tell(db, of, [first, first], NoticeKind.ASKED, NOW)
        notices.tell(db, of, [first], NoticeKind.REMINDED, NOW + HOUR)
        notices.tell(db, of, [], NoticeKind.REMINDED, NOW + HOUR)
        assert unread() == ["Nhắc cho ý kiến: Dự thảo quy chế"]
        assert notices.has_unread(db, first, of.id)
        answers.see(db, recipient(db, room.office, of, "first"), NOW + DAY)
        assert unread() == []
        assert len(db.scalars(select(Notice)).all()) == 2


@pytest.mark.parametrize("kind", NoticeKind)
def test_each_notice_has_its_words_and_leads_to_the_round(database: Database, kind: NoticeKind) -> None:
    with in_room(database) as room:
        of, first = room.round(), room.id("first")
        notices.tell(room.db, of, [first], kind, NOW)
        notice = room.db.scalars(select(Notice)).one()
        assert notice.subject.endswith(": Dự thảo quy chế")
        assert "Hạn trả lời: 09:00 ngày 25/11/2026" in notice.text
        assert notice.link.startswith(f"/opinions/{of.id}")


def test_what_waits_stands_first(database: Database) -> None:
    with in_room(database) as room:
        db, first = room.db, room.id("first")
        later, sooner, answered, recalled = (
            room.round(deadline=DEADLINE + n * DAY, title=str(n)) for n in (5, 1, 2, 3)
        )
        give(db, room.office, answered, "first")
        rounds.recall(db, recalled, "sai", room.id("secretary"), NOW, Told())
        assert [one.round.id for one in listing.mine(db, first)] == [sooner.id, later.id, recalled.id, answered.id]
        assert [of.id for of in listing.waiting(db, first)] == [sooner.id, later.id]
        assert listing.waiting(db, room.id("spare")) == []


def test_lists_hold_only_what_is_held(database: Database) -> None:
    with in_room(database) as room:
        db, of, draft = room.db, room.round(), room.round(sent=False)
        give(db, room.office, of, "first")

        def held(name: str) -> list[tuple[int, int, int]]:
            return [(h.round.id, h.asked, h.answered) for h in listing.held(db, room.office.person(db, name))]

        assert held("secretary") == [(draft.id, 0, 0), (of.id, 4, 1)]
        assert held("stranger") == held("leader") == held("first") == []


@pytest.mark.parametrize(
    ("left", "said_so"),
    [
        (timedelta(days=3, hours=2), ("days", 3)),
        (timedelta(hours=47), ("hours", 47)),
        (timedelta(minutes=61), ("hours", 1)),
        (timedelta(minutes=59), ("minutes", 59)),
        (timedelta(seconds=10), ("minutes", 1)),
        (timedelta(0), ("over", 0)),
        (-DAY, ("over", 0)),
    ],
)
def test_time_left(left: timedelta, said_so: tuple[str, int]) -> None:
    assert listing.time_left(NOW + left, NOW) == said_so


def test_a_hundred_seats_are_sent_and_listed(database: Database) -> None:
    with in_room(database) as room:
        db = room.db
        centre = db.get_one(Unit, room.office.units["centre"])
        body = bodies.set_up(db, centre, "Ban Chấp hành", BodyKind.COMMITTEE, None, NOW)
        term = bodies.begin_term(db, body, "2022–2027", Days(date(2022, 1, 1), None), None, NOW)
        for n in range(100):
            member = registry.add_member(db, centre, f"Trần Văn {n}", Sex.MALE, date(1995, 3, 26), f"X{n:05d}")
            db.flush()
            db.add(Position(term_id=term.id, member_id=member.id, title="Ủy viên", rank=n, starts_on=date(2022, 1, 1)))
        of = room.round(sent=False)
        drafting.address_body(db, of, body, room.id("secretary"), NOW)
        assert rounds.send(db, of, room.id("secretary"), NOW, notices.tell) == 104
        ranks = db.scalars(select(OpinionRecipient.rank).where(OpinionRecipient.round_id == of.id)).all()
        assert sorted(ranks) == list(range(1, 105))
