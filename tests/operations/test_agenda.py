"""The agenda on both databases: built, moved by two at once, hidden, opened and timed, interrupted by breaks."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from documents.queries import may_see
from ecabinet.meetings import agenda, agenda_queries, agenda_rules, operations, papers, queries
from ecabinet.meetings import speakers as floor
from ecabinet.meetings.agenda_lines import read_lines
from ecabinet.meetings.agenda_rules import Direction, ItemDraft, ItemKind
from ecabinet.meetings.models import AgendaItem, AgendaTurn, Meeting
from ecabinet.meetings.rules import MeetingState
from ecabinet.meetings.speaker_rules import SpeechKind
from ecabinet.voting import operations as voting
from tests.people import ACT, NOW, make_meeting, make_office, make_poll, participant

PROGRAMME = "Khai mạc (10 phút)\nBáo cáo\n\tTổ chức (20 phút)\n\tKiểm tra (20 phút)\nGiải lao (15 phút)\nBế mạc"
FILE = agenda.PaperFile("Tờ trình", Blob("c" * 64, 5), "to-trinh.pdf", "application/pdf")


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def programme(db: Session, meeting: Meeting) -> list[int]:
    """The two items that every meeting of the tests has are replaced by six."""
    for item in agenda.items_of(db, meeting.id):
        agenda.remove_item(db, item, NOW)
    return [item.id for item in agenda.add_items(db, meeting, read_lines(PROGRAMME))]


def shape(db: Session, meeting: Meeting) -> list[tuple[str, int, str]]:
    return [(line.title, line.depth, line.full) for line in queries.agenda(db, meeting, runs=True)]


def save(db: Session, meeting: Meeting, item_id: int, **changes: object) -> None:
    item = db.get_one(AgendaItem, item_id)
    said: dict[str, object] = {"title": item.title, "minutes": item.minutes, "kind": ItemKind(item.kind)}
    agenda.edit_item(db, meeting, item, ItemDraft(**(said | changes)), NOW)  # type: ignore[arg-type]


def test_a_pasted_programme_is_a_tree_with_kinds_and_numbers(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db), state=MeetingState.DRAFT)
        programme(db, meeting)
        assert shape(db, meeting) == [
            ("Khai mạc", 1, "1"), ("Báo cáo", 1, "2"), ("Tổ chức", 2, "2.1"), ("Kiểm tra", 2, "2.2"),
            ("Giải lao", 1, ""), ("Bế mạc", 1, "3"),
        ]  # fmt: skip
        lines = queries.agenda(db, meeting)
        assert [line.kind for line in lines].count(ItemKind.BREAK) == 1
        assert [line.begins for line in lines] == [at(m) for m in (0, 10, 10, 30, 50, 65)]
        agenda.set_numbering(db, meeting, agenda_rules.Numbering.OUTLINE)
        db.flush()
        assert [line.number for line in queries.agenda(db, meeting)] == ["I", "II", "1", "2", "", "III"]


def test_moves_and_removals_keep_the_tree_in_the_database(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db), state=MeetingState.DRAFT)
        first, report, one, two, pause, last = programme(db, meeting)
        agenda.put_item(db, meeting, report, None, 1, NOW)
        agenda.move_item(db, meeting, two, Direction.UP, NOW)
        agenda.move_item(db, meeting, last, Direction.UP, NOW)
        agenda.put_item(db, meeting, first, one, 3, NOW)
        db.expire_all()
        rows = [(item.id, item.position, item.depth) for item in agenda.items_of(db, meeting.id)]
        assert rows == [(report, 1, 1), (two, 2, 2), (one, 3, 2), (first, 4, 3), (last, 5, 1), (pause, 6, 1)]
        agenda.remove_item(db, db.get_one(AgendaItem, report), NOW)
        rows = [(item.id, item.position, item.depth) for item in agenda.items_of(db, meeting.id)]
        assert rows == [(two, 1, 1), (one, 2, 1), (first, 3, 2), (last, 4, 1), (pause, 5, 1)]


def test_the_database_itself_refuses_two_items_in_one_place(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        db.add(AgendaItem(meeting_id=meeting.id, position=1, title="Chen ngang"))
        with pytest.raises(IntegrityError):
            db.flush()
        db.rollback()


def test_two_secretaries_at_once_both_get_their_move(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.DRAFT)
        meeting_id = meeting.id
        first, report, one, two, pause, last = programme(db, meeting)
    both_here = Barrier(2)

    def move(wish: tuple[int, int | None, int]) -> None:
        with database.writing() as db:
            with suppress(BrokenBarrierError):  # where writers take turns the other has not come this far
                both_here.wait(0.3)
            found = queries.load_to_change(db, office.person(db, "secretary"), meeting_id).require_preparing()
            agenda.put_item(db, found, *wish, NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(move, [(last, None, 1), (two, pause, 1)]))
    with database.reading() as db:
        order = [(line.id, line.depth) for line in queries.agenda(db, db.get_one(Meeting, meeting_id))]
    assert order == [(last, 1), (first, 1), (report, 1), (one, 2), (pause, 1), (two, 1)]


def test_a_move_behind_what_somebody_has_removed_is_refused_by_name(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db), state=MeetingState.DRAFT)
        first, _report, _one, _two, pause, _last = programme(db, meeting)
        agenda.remove_item(db, db.get_one(AgendaItem, pause), NOW)
        with pytest.raises(Problem, match="order_mismatch"):
            agenda.put_item(db, meeting, first, pause, 1, NOW)


def test_presenters_are_people_invited_or_names(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        item = agenda.items_of(db, meeting.id)[0]
        chair = participant(db, office, meeting, "chair")
        save(db, meeting, item.id, presenters=(f"{chair.name} · {chair.unit_name}", "Chuyên gia mời"))
        assert [(one.name, one.participant_id) for one in item.presenters] == [
            (chair.name, chair.id), ("Chuyên gia mời", None),
        ]  # fmt: skip
        assert queries.agenda(db, meeting)[0].presenter == f"{chair.name}, Chuyên gia mời"


def test_what_is_hidden_is_in_nothing_that_others_get(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        _first, report, one, two, _pause, _last = programme(db, meeting)
        paper = papers.lay_paper(db, meeting, db.get_one(AgendaItem, one), FILE, office.person(db, "secretary"), NOW)

        def readers() -> set[str]:
            assert paper.document_id is not None
            document = paper.document_id
            return {name for name in office.members if may_see(db, document, office.person(db, name).labels)}

        assert {"first", "second", "third", "chair", "secretary", "leader"} == readers()
        save(db, meeting, report, hidden=True)
        assert [line.title for line in queries.agenda(db, meeting)] == ["Khai mạc", "Giải lao", "Bế mạc"]
        assert [line.number for line in queries.agenda(db, meeting)] == ["1", "", "2"]
        assert [line.id for line in queries.agenda(db, meeting, runs=True) if line.hidden] == [report, one, two]
        # who approves what goes out of the unit reads it while it is prepared; the room does not
        assert readers() == {"chair", "secretary", "leader"}
        wish, asker = floor.Wish(SpeechKind.SPEECH, one, ""), participant(db, office, meeting, "first")
        with pytest.raises(NotFound):
            floor.ask(db, meeting, asker, wish, NOW)
        with pytest.raises(Problem, match="item_hidden"):
            agenda.go_to_item(db, meeting, one, NOW)
        # out from under the hidden one it is there again
        agenda.move_item(db, meeting, one, Direction.OUT, NOW)
        assert {"first", "second", "third", "chair", "secretary", "leader"} == readers()
        agenda.put_item(db, meeting, one, report, 2, NOW)
        assert "first" not in readers()
        agenda.remove_item(db, db.get_one(AgendaItem, report), NOW)
        assert "first" in readers()


def test_what_the_room_has_dealt_with_is_not_hidden_from_it(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        first, report, one, _two, _pause, last = programme(db, meeting)
        agenda.go_to_item(db, meeting, one, NOW)
        agenda.go_to_item(db, meeting, last, at(5))
        with pytest.raises(Invalid) as invalid:
            save(db, meeting, report, hidden=True)
        assert invalid.value.faults["hidden"].code == "item_was_open"
        save(db, meeting, first, hidden=True)
        with pytest.raises(Problem, match="item_was_open"):
            agenda.put_item(db, meeting, last, first, 2, NOW)


def test_turns_are_what_the_minutes_need(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db), state=MeetingState.INVITED)
        first, _report, one, _two, _pause, last = programme(db, meeting)
        with pytest.raises(Problem, match="meeting_not_under_way"):
            agenda.go_to_item(db, meeting, first, at(-20))
        assert (meeting.current_item_id, agenda_queries.turns(db, meeting.id)) == (None, [])
        operations.advance(db, meeting, MeetingState.UNDER_WAY, at(0))
        agenda.go_to_item(db, meeting, first, at(0))
        agenda.go_to_item(db, meeting, one, at(12))
        agenda.go_to_item(db, meeting, one, at(13))  # pressed twice
        agenda.go_to_item(db, meeting, last, at(40))
        agenda.go_to_item(db, meeting, one, at(45))
        operations.advance(db, meeting, MeetingState.CONCLUDED, at(50))
        said = [
            (turn.number, turn.began_at, turn.ended_at, turn.planned) for turn in agenda_queries.turns(db, meeting.id)
        ]
        assert said == [
            ("1", at(0), at(12), 10),
            ("2.1", at(12), at(40), 20),
            ("3", at(40), at(45), 0),
            ("2.1", at(45), at(50), 20),
        ]
        with pytest.raises(Problem, match="meeting_not_under_way"):
            agenda.go_to_item(db, meeting, first, at(51))
        times = {line.id: line.time for line in queries.agenda(db, meeting)}
        assert (times[one].spent, times[one].planned) == (33 * 60, 20 * 60)


def test_one_item_is_open_at_a_time_by_the_database(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        first, second = (item.id for item in agenda.items_of(db, meeting.id))
        agenda.go_to_item(db, meeting, first, NOW)
        db.add(AgendaTurn(meeting_id=meeting.id, item_id=second, began_at=NOW))
        with pytest.raises(IntegrityError):
            db.flush()
        db.rollback()


def test_the_course_of_the_day(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        first, _report, one, _two, _pause, _last = programme(db, meeting)
        assert agenda_queries.planned_end(db, meeting) == at(65)
        agenda.go_to_item(db, meeting, first, at(5))
        day = agenda_queries.day_of(db, meeting, at(10))
        assert day is not None
        assert (day.expected_end(at(10)), day.behind(at(10))) == (at(70), 5)
        agenda.go_to_item(db, meeting, one, at(10))
        day = agenda_queries.day_of(db, meeting, at(10))
        assert day is not None
        assert day.behind(at(10)) == 0
        meeting.state = MeetingState.CONCLUDED
        assert agenda_queries.day_of(db, meeting, at(11)) is None


def test_a_break_now_stands_behind_what_was_open_and_can_be_lengthened(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        _first, report, one, _two, _pause, _last = programme(db, meeting)
        agenda.go_to_item(db, meeting, one, NOW)
        agenda.take_break(db, meeting, "Giải lao", 10, at(5))
        lines = queries.agenda(db, meeting)
        here = next(line for line in lines if line.current)
        assert (here.kind, here.minutes, here.depth, here.time.ends_at) == (ItemKind.BREAK, 10, 2, at(15))
        assert [line.id for line in lines][1:3] == [report, one]
        assert lines[3] == here
        agenda.take_break(db, meeting, "Giải lao", 5, at(14))
        assert next(line for line in queries.agenda(db, meeting) if line.current).time.ends_at == at(20)
        assert len(queries.agenda(db, meeting)) == 7
        assert agenda_queries.before_break(db, meeting) == one


@pytest.mark.parametrize("minutes", [None, 0, -5, 24 * 60 + 1])
def test_a_break_without_a_length_is_refused(database: Database, minutes: int | None) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        with pytest.raises(Invalid):
            agenda.take_break(db, meeting, "Giải lao", minutes, NOW)


def test_there_is_no_break_before_the_meeting_begins(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db), state=MeetingState.INVITED)
        with pytest.raises(Problem, match="meeting_not_under_way"):
            agenda.take_break(db, meeting, "Giải lao", 10, NOW)


def test_no_vote_opens_during_a_break(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        first = programme(db, meeting)[0]
        poll = make_poll(db, meeting, opened=False)
        agenda.take_break(db, meeting, "Giải lao", 10, NOW)
        with pytest.raises(Problem, match="vote_during_break"):
            voting.open_poll(db, poll, ACT)
        agenda.go_to_item(db, meeting, first, at(10))
        voting.open_poll(db, poll, ACT)
        assert poll.state == "open"


def test_an_item_that_is_or_was_open_stays(database: Database) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, make_office(db))
        first, _report, one, *_rest = programme(db, meeting)
        agenda.go_to_item(db, meeting, one, NOW)
        agenda.go_to_item(db, meeting, first, at(1))
        meeting_id = meeting.id
    for item_id in (first, one):
        with pytest.raises(Problem, match="item_has_papers"), database.writing() as db:
            agenda.remove_item(db, db.get_one(AgendaItem, item_id), NOW)
    with database.reading() as db:
        assert len(db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting_id)).all()) == 6
