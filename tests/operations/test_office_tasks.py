"""Tasks from official documents: who may give them, who reads what, what a secret one says."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Forbidden, Invalid, NotFound, Problem
from documents.models import DocumentLabel
from documents.rules import Secrecy
from ecabinet.notices.models import Notice
from ecabinet.office import desk, tasks_given
from ecabinet.office.models import SecretKeeper
from ecabinet.office.routing_rules import Role, Whom
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus
from ecabinet.tasks import operations, queries
from ecabinet.tasks.models import Task
from ecabinet.tasks.rules import Said, TaskAct, TaskDraft, TaskState
from tests.office_people import NOW, TODAY, assigned, registered, seen, staffed
from tests.people import Office


def give(db: Session, office: Office, who: str, office_id: int, **owner: int) -> Task:
    one = seen(db, office, who, office_id)
    draft = TaskDraft("Góp ý dự thảo", TODAY, **owner)  # type: ignore[arg-type]
    return tasks_given.give(db, one, tasks_given.require_unit(one), draft, office.person(db, who), NOW)


def test_who_does_a_task_reads_the_document_it_came_from(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = registered(db, office)
        second = office.members["spare"]
        with pytest.raises(NotFound):
            seen(db, office, "spare", office_id)
        task = give(db, office, "leader", office_id, owner_member=second)
        assert (task.source_kind, task.source_id) == ("office", office_id)
        assert "Tháng Thanh niên" in task.source_text
        assert seen(db, office, "spare", office_id).parts == {"informed"}
        document_id = seen(db, office, "spare", office_id).doc.document_id
        labels = set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document_id)))
        assert f"member:{second}" in labels
        assert tasks_given.of_document(db, office_id) == [task]
        with pytest.raises(NotFound):
            seen(db, office, "stranger", office_id)


def test_who_may_give_them(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = assigned(db, office, Whom(Role.LEAD, unit_id=office.units["hue"]))
        owner = {"owner_member": office.members["third"]}
        assert give(db, office, "first", office_id, **owner).unit_id == office.units["centre"]
        # who is in charge of it splits the work in the name of their unit
        assert give(db, office, "second", office_id, **owner).unit_id == office.units["hue"]
        with pytest.raises(Forbidden):
            give(db, office, "third", office_id, **owner)
        seen(db, office, "first", office_id).doc.state = "filed"
        with pytest.raises(Problem, match="office_state"):
            give(db, office, "first", office_id, **owner)


def test_a_secret_document_is_not_named(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        unit, first = office.units["centre"], office.members["first"]
        db.add(SecretKeeper(unit_id=unit, member_id=first, since=NOW, by=first))
        db.flush()
        office_id = registered(db, office, secrecy=Secrecy.SECRET)
        with pytest.raises(Invalid) as refused:
            give(db, office, "first", office_id, owner_unit=office.units["hue"])
        assert refused.value.faults["owner"].code == "secret_to_unit"
        task = give(db, office, "first", office_id, owner_member=office.members["third"])
        assert task.source_text == "Văn bản mật"
        told = "".join(db.scalars(select(Notice.subject + Notice.text).where(Notice.link == f"/tasks/{task.id}")))
        assert "Thanh niên" not in told
        with pytest.raises(NotFound):
            desk.load(db, office.person(db, "third"), office_id)


def test_whoever_left_is_refused_by_name_and_what_they_have_goes_to_another(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = registered(db, office)
        task = give(db, office, "leader", office_id, owner_member=office.members["third"])
        assert not queries.has_left(task)
        third = db.get_one(Member, office.members["third"])
        third.unit = db.get_one(Unit, office.units["hanoi"])
        db.flush()
        assert queries.has_left(task)
        centre = db.get_one(Unit, office.units["hue"])
        with pytest.raises(Invalid) as refused:
            tasks_given.check_there(db, centre, [f"m{third.id}"], [])
        assert refused.value.faults["owner"].values["name"] == third.full_name
        third.status = MemberStatus.LEFT
        db.flush()
        with pytest.raises(Invalid) as refused:
            give(db, office, "leader", office_id, owner_member=third.id)
        assert refused.value.faults["owner"].code == "task_left"
        parts = queries.load_to_change(db, office.person(db, "leader"), task.id).parts
        to = (office.members["second"], None)
        with pytest.raises(Invalid):
            operations.reassign(db, task, parts, to, "", office.members["leader"], NOW)
        operations.reassign(db, task, parts, to, "đã chuyển công tác", office.members["leader"], NOW)
        assert (task.owner_member_id, task.state, task.percent) == (to[0], TaskState.GIVEN, 0)
        assert "đã chuyển công tác" in queries.history(db, task.id)[0].text
        with pytest.raises(Invalid):
            operations.reassign(db, task, parts, to, "lại", office.members["leader"], NOW)
        with pytest.raises(Problem, match="forbidden"):
            operations.reassign(db, task, frozenset(), to, "lại", office.members["leader"], NOW)
        assert not queries.has_left(task)
        mine = queries.load(db, office.person(db, "second"), task.id)
        operations.act(db, task, TaskAct.ACCEPT, mine.parts, Said(), office.members["second"], NOW)
