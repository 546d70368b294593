"""Tasks counted by unit: open, late, in time; and by whom they are counted."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.clock import ZONE
from ecabinet.registry.models import Unit
from ecabinet.tasks import late_queries, rules
from ecabinet.tasks.late_queries import UnitTasks
from ecabinet.tasks.models import Task
from ecabinet.tasks.rules import TaskState
from tests.operations.test_tasks import give
from tests.people import Office, make_office

ON = date(2027, 3, 15)


def a_task(db: Session, office: Office, owner: str, due: date, **values: object) -> Task:
    task = give(db, office, owner, due=due)
    for name, value in values.items():
        setattr(task, name, value)
    db.flush()
    return task


def done(office: Office, reported: date) -> dict[str, object]:
    at = datetime.combine(reported, time(9), ZONE)
    return {"state": TaskState.DONE, "percent": 100, "reported_on": reported, "ended_at": at}


def test_units_with_what_is_late_there(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        day = timedelta(days=1)
        a_task(db, office, "hue", ON - 4 * day)
        a_task(db, office, "second", ON - 2 * day)
        a_task(db, office, "second", ON)
        a_task(db, office, "third", ON - 9 * day, state=TaskState.REPORTED, reported_on=ON - 9 * day)
        a_task(db, office, "third", ON - 9 * day, state=TaskState.REPORTED, reported_on=ON - 8 * day)
        a_task(db, office, "hue", ON - 20 * day, **done(office, ON - 20 * day))
        a_task(db, office, "second", ON - 20 * day, **done(office, ON - 19 * day))
        a_task(db, office, "hue", ON - 20 * day, state=TaskState.CANCELLED)
        a_task(db, office, "first", ON)
        hue, centre = (db.get_one(Unit, office.units[name]) for name in ("hue", "centre"))
        found = late_queries.by_unit(db, centre.path, ON)
        assert found == [
            UnitTasks(hue.id, hue.path, hue.name, 5, 3, 2, 2, 1), UnitTasks(centre.id, centre.path, centre.name, 1),
        ]  # fmt: skip
        assert (found[0].percent, found[1].percent) == (50, None)
        rows = late_queries.of_unit(db, hue.id, centre.path, ON)
        late = [rules.is_late(TaskState(one.state), one.due_on, one.reported_on, ON) for one in rows]
        assert late == [True, True, True, False, False]
        # what the centre gave to a member of Huế by name is none of their unit's
        assert [(one.open, one.late) for one in late_queries.by_unit(db, hue.path, ON)] == [(1, 1)]
        assert late_queries.by_unit(db, db.get_one(Unit, office.units["hanoi"]).path, ON) == []
