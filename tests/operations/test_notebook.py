"""Notes: kept, found, never anybody else's; two tabs do not overwrite each other."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import NotFound
from ecabinet.meetings import agenda
from ecabinet.meetings.models import AgendaItem
from ecabinet.meetings.rules import MeetingState
from ecabinet.notebook import operations, queries, rules
from ecabinet.notebook.models import Note
from ecabinet.notebook.operations import Place
from tests.people import NOW, make_meeting, make_office

LATER = NOW + timedelta(minutes=1)


def save(db: Session, member: int, text: str, revision: int = 0, key: str = "k", title: str = "") -> Note | None:
    return operations.save(db, member, key, title, text, revision, Place(), NOW if revision == 0 else LATER)


def test_a_note_is_begun_once_and_goes_on(database: Database) -> None:
    with database.writing() as db:
        me = make_office(db).members["first"]
        assert save(db, me, "  \n ") is None
        note = save(db, me, "Một")
        assert note is not None
        assert (note.revision, note.updated_at) == (1, NOW)
        assert save(db, me, "Một") is note
        assert save(db, me, "Một hai", 1) is note
        assert (note.revision, note.text, note.updated_at) == (2, "Một hai", LATER)
        assert save(db, me, "Một hai", 1) is note
        assert note.revision == 2


def test_two_tabs_do_not_overwrite_each_other(database: Database) -> None:
    with database.writing() as db:
        me = make_office(db).members["first"]
        save(db, me, "chung")
        save(db, me, "thẻ một", 1)
        with pytest.raises(rules.Conflict) as caught:
            save(db, me, "thẻ hai", 1)
        assert (caught.value.theirs, caught.value.revision) == ("\nthẻ một", 2)
        kept = save(db, me, "thẻ hai", caught.value.revision)
        assert kept is not None
        assert kept.text == "thẻ hai"


def test_the_same_key_of_another_is_another_note(database: Database) -> None:
    with database.writing() as db:
        members = make_office(db).members
        mine, theirs = save(db, members["first"], "của tôi"), save(db, members["second"], "của bạn")
        assert mine is not None
        assert theirs is not None
        assert mine.id != theirs.id
        assert queries.load(db, members["first"], mine.id) is mine
        with pytest.raises(NotFound):
            queries.load(db, members["second"], mine.id)
        with pytest.raises(NotFound):
            queries.by_key(db, members["third"], "k")
        assert [note.id for note in queries.notes(db, members["second"])] == [theirs.id]


def test_a_note_that_was_deleted_elsewhere_is_not_made_anew(database: Database) -> None:
    with database.writing() as db:
        me = make_office(db).members["first"]
        note = save(db, me, "Một")
        assert note is not None
        operations.remove(db, note)
        with pytest.raises(NotFound):
            save(db, me, "Một hai", 1)


@pytest.mark.parametrize(
    ("question", "found"),
    [("", 3), ("dieu le", 1), ("ĐIỀU lệ", 1), ("le dieu", 1), ("kinh phi", 1), ("hop", 2), ("hop khong", 0), ("%", 0),
     ("_", 0), ("   ", 3)],
)  # fmt: skip
def test_found_with_and_without_marks(database: Database, question: str, found: int) -> None:
    with database.writing() as db:
        me = make_office(db).members["first"]
        save(db, me, "Xem lại Điều lệ", key="1", title="Họp chi đoàn")
        save(db, me, "Hợp đồng", key="2")
        save(db, me, "kinh phí", key="3")
        assert len(queries.notes(db, me, question)) == found


def test_a_note_outlives_what_it_was_about(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.INVITED, here=())
        item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)).all()[-1]
        note = operations.save(db, office.members["first"], "k", "", "nhớ hỏi", 0, Place(meeting, item), NOW)
        assert note is not None
        assert note.about == f"{meeting.title} · {item.title}"
        assert queries.notes(db, office.members["first"], "", meeting.id) == [note]
        agenda.remove_item(db, item, NOW)
        db.refresh(note)
        assert (note.item_id, note.meeting_id, note.text) == (None, meeting.id, "nhớ hỏi")
