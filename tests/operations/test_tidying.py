"""Jobs that are over are kept for a time and then removed, those that wait never."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from documents.database import Database
from documents.jobs import DONE_KEPT, FAILED_KEPT, tidy
from documents.models import Job
from documents.rules import JobKind, JobState

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


def test_what_is_over_is_removed_when_its_time_has_passed(database: Database) -> None:
    ages = {
        JobState.DONE: (DONE_KEPT - MOMENT, DONE_KEPT + MOMENT),
        JobState.FAILED: (DONE_KEPT + MOMENT, FAILED_KEPT - MOMENT, FAILED_KEPT + MOMENT),
        JobState.WAITING: (2 * FAILED_KEPT,),
        JobState.RUNNING: (2 * FAILED_KEPT,),
    }
    with database.writing() as db:
        for state, old in ages.items():
            for age in old:
                at = NOW - age
                db.add(Job(kind=JobKind.INDEX, payload={}, state=state, run_after=at, created_at=at))
    assert tidy(database, NOW)
    assert not tidy(database, NOW)
    with database.reading() as db:
        left = [(job.state, NOW - job.run_after) for job in db.scalars(select(Job).order_by(Job.id))]
    assert left == [
        (JobState.DONE, DONE_KEPT - MOMENT),
        (JobState.FAILED, DONE_KEPT + MOMENT),
        (JobState.FAILED, FAILED_KEPT - MOMENT),
        (JobState.WAITING, 2 * FAILED_KEPT),
        (JobState.RUNNING, 2 * FAILED_KEPT),
    ]


def test_there_may_be_very_many(database: Database) -> None:
    at = NOW - DONE_KEPT - MOMENT
    with database.writing() as db:
        done = {"kind": JobKind.INDEX, "payload": {}, "state": JobState.DONE, "run_after": at, "created_at": at}
        db.execute(Job.__table__.insert(), [done] * 2500)  # type: ignore[attr-defined]
    pieces = 0
    while tidy(database, NOW):
        pieces += 1
    assert pieces == 3
