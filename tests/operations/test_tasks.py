"""Tasks in the database: history, extension, who sees them, who is told."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from documents.models import DocumentLabel
from documents.upload_models import Upload
from ecabinet.audit import AuditEntry
from ecabinet.audit import check as check_audit
from ecabinet.clock import ZONE
from ecabinet.notices.models import Notice
from ecabinet.registry.models import Unit
from ecabinet.tasks import operations, queries
from ecabinet.tasks.models import Task
from ecabinet.tasks.operations import Attachment, Source
from ecabinet.tasks.rules import Part, Said, TaskAct, TaskDraft, TaskState
from ecabinet.tasks.upload_target import TaskTarget
from tests.people import NOW, Office, make_office

TODAY = NOW.astimezone(ZONE).date()
DUE = TODAY + timedelta(days=10)
OWNER, GIVER = frozenset({Part.OWNER}), frozenset({Part.GIVER})


def give(db: Session, office: Office, owner: str = "first", due: date = DUE, **more: object) -> Task:
    """A task of the centre, given by the secretary."""
    unit = db.get_one(Unit, office.units["centre"])
    whom = {"owner_unit": office.units["hue"]} if owner == "hue" else {"owner_member": office.members[owner]}
    draft = TaskDraft(**({"title": "Lập kế hoạch", "due_on": due} | whom | more))  # type: ignore[arg-type]
    return operations.give(db, unit, draft, Source("conclusion", 7, "Kết luận"), office.members["secretary"], NOW)


def act(db: Session, office: Office, task: Task, who: str, wanted: TaskAct, said: Said = Said()) -> None:  # noqa: B008
    """Do it as this person, with the parts that this person has."""
    seen = queries.load_to_change(db, office.person(db, who), task.id)
    operations.act(db, seen.task, wanted, seen.parts, said, office.members[who], NOW)


def test_from_given_to_done(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        task = give(db, office, helper_members=(office.members["second"],), helper_units=(office.units["hue"],))
        act(db, office, task, "first", TaskAct.ACCEPT)
        act(db, office, task, "second", TaskAct.PROGRESS, Said("đang làm", 40))
        act(db, office, task, "first", TaskAct.REPORT, Said("đã xong"))
        act(db, office, task, "secretary", TaskAct.RETURN, Said("thiếu phụ lục"))
        act(db, office, task, "first", TaskAct.REPORT, Said("đã bổ sung"))
        act(db, office, task, "leader", TaskAct.APPROVE)
    with database.reading() as db:
        task = db.get_one(Task, task.id)
        assert (task.state, task.percent, task.ended_at) == (TaskState.DONE, 100, NOW)
        kinds = [event.kind for event in queries.history(db, task.id)]
        assert kinds == ["approve", "report", "return", "report", "progress", "accept", "give"]
        assert [helper.name for helper in task.helpers] == ["Nguyễn Thị Second", "Thành đoàn Huế"]
        trail = set(db.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"task:{task.id}")))
        assert trail >= {"task_give", "task_accept", "task_report", "task_return", "task_approve"}
        assert check_audit(db) is None


def test_an_extension_is_asked_for_and_answered(database: Database) -> None:
    later = DUE + timedelta(days=7)
    with database.writing() as db:
        office = make_office(db)
        task = give(db, office)
        act(db, office, task, "first", TaskAct.ASK_EXTENSION, Said("chờ số liệu", None, later))
        assert (task.asked_due, task.asked_reason) == (later, "chờ số liệu")
        with pytest.raises(Problem, match="forbidden"):
            act(db, office, task, "first", TaskAct.GRANT)
        act(db, office, task, "secretary", TaskAct.REFUSE, Said("không được"))
        assert (task.due_on, task.asked_due) == (DUE, None)
        act(db, office, task, "first", TaskAct.ASK_EXTENSION, Said("vẫn chờ", None, later))
        act(db, office, task, "secretary", TaskAct.GRANT)
        assert (task.due_on, task.asked_due) == (later, None)
        with pytest.raises(Problem, match="wrong_state"):
            act(db, office, task, "secretary", TaskAct.GRANT)
        with pytest.raises(Invalid):
            act(db, office, task, "secretary", TaskAct.EXTEND, Said("thêm", None, DUE))


def test_a_task_is_for_those_who_have_a_part_in_it(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        task = give(db, office, "hue", helper_members=(office.members["first"],))

        def parts(name: str) -> frozenset[Part]:
            return queries.parts_of(db, office.person(db, name), task)

        assert parts("first") == {Part.HELPER}
        assert Part.GIVER in parts("leader")
        for stranger in ("second", "stranger", "administrator"):
            with pytest.raises(NotFound):
                queries.load(db, office.person(db, stranger), task.id)


def test_lists_show_the_most_pressing_first(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        soon, late, done = (give(db, office, due=TODAY + timedelta(days=n)) for n in (3, 1, 2))
        of_unit = give(db, office, "hue", TODAY)
        act(db, office, done, "secretary", TaskAct.CANCEL, Said("không cần"))
        day = TODAY + timedelta(days=2)
        mine = queries.mine(db, office.person(db, "first"), day)
        assert [(line.task.id, line.late) for line in mine] == [(late.id, True), (soon.id, False)]
        assert [line.task.id for line in queries.mine(db, office.person(db, "first"), day, ended=True)] == [done.id]
        given = queries.given(db, office.person(db, "secretary"), day)
        assert [line.task.id for line in given] == [of_unit.id, late.id, soon.id]
        boards = queries.board(db, office.person(db, "secretary"), day)
        assert [(board.unit, board.late) for board in boards] == [("Thành đoàn Huế", 1), ("Trung ương Đoàn", 1)]
        assert queries.given(db, office.person(db, "stranger"), day) == []


def test_who_is_told(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        task = give(db, office)
        act(db, office, task, "first", TaskAct.ACCEPT)
        act(db, office, task, "first", TaskAct.REPORT, Said("xong"))
        told = {(notice.member_id, notice.subject.split(":")[0]) for notice in db.scalars(select(Notice))}
    assert told == {
        (office.members["first"], "Nhiệm vụ mới"), (office.members["secretary"], "Đã báo cáo kết quả nhiệm vụ"),
    }  # fmt: skip


def labels_of(db: Session, document_id: int) -> set[str]:
    return set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document_id)))


def test_a_file_that_comes_with_a_report_is_for_those_with_a_part(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        task = give(db, office)
        act(db, office, task, "first", TaskAct.ACCEPT)
        files = [Attachment(Blob(c * 64, 3), f"kết quả {c}.pdf", "application/pdf") for c in "ab"]
        event = operations.act(
            db, task, TaskAct.REPORT, OWNER, Said("xong"), office.members["first"], NOW, files
        )  # fmt: skip
        assert [one.document.title for one in event.files] == ["kết quả a.pdf", "kết quả b.pdf"]
        labels = labels_of(db, event.files[1].document_id)
        assert labels == {
            f"member:{office.members['first']}", f"member:{office.members['secretary']}",
            f"office:{office.units['centre']}",
        }  # fmt: skip


def test_a_large_file_is_put_in_pieces_by_those_with_a_part(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        target = TaskTarget(str(give(db, office).id))
        blob, upload = Blob("c" * 64, 3), Upload(filename="phim.mp4")
        first, stranger = office.person(db, "first"), office.person(db, "stranger")
        target.check(db, first, {}, NOW)
        version = target.deliver(db, first, upload, blob, "video/mp4", NOW)
        assert version.filename == "phim.mp4"
        for asks in (target.check, lambda db, who, _form, now: target.deliver(db, who, upload, blob, "video/mp4", now)):
            with pytest.raises(NotFound):
                asks(db, stranger, {}, NOW)
        for wrong in ("x", "-1", "9" * 30):
            with pytest.raises(Problem, match="upload_elsewhere"):
                TaskTarget(wrong)


def test_nobody_unknown_is_given_a_task(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        unit = db.get_one(Unit, office.units["centre"])
        for draft in (TaskDraft("Việc", DUE, owner_member=999_999), TaskDraft("Việc", DUE, owner_unit=999_999)):
            with pytest.raises(Invalid):
                operations.give(db, unit, draft, Source(), office.members["secretary"], NOW)


def test_the_database_holds_what_the_rules_say(database: Database) -> None:
    with database.writing() as db:
        task = give(db, make_office(db))
    for name, value in (("state", "lost"), ("percent", 101), ("owner_unit_id", 1), ("state", "done")):
        with pytest.raises(IntegrityError), database.writing() as db:
            setattr(db.get_one(Task, task.id), name, value)
