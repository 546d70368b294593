"""What people do about an import: rows mended and set aside, reasons counted, a run stopped and taken up again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from documents.stores import open_blobs
from ecabinet import audit
from ecabinet.config import Config
from ecabinet.engines import Engines
from ecabinet.registry import import_mending, import_queries, imports
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.import_queries import Shown, Wanted
from ecabinet.registry.member_counts import recount
from ecabinet.registry.models import Member
from ecabinet.registry.rules import RowOutcome
from ecabinet.sealing import Sealer
from tests.operations.test_imports import Desk, as_csv, as_xlsx, figures, member_row

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HEADER = ["Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD", "Số thẻ", "Mã đơn vị"]
GOOD = ["Trần Thị Hoa", "Nữ", "26/03/2001", "046301001234", "T1", "46"]
BAD = ["Lê Thị Mai", "Nữ", "31/02/2001", "046301001235", "T2", "46"]
WORSE = ["Đoàn xã A", "Nữ", "26/03/2001", "046301001236", "T3", "nowhere"]
MENDED = dict(zip(("full_name", "sex", "born_on", "national_id", "card_number", "unit_code"), BAD, strict=True)) | {
    "born_on": "28/02/2001"
}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    config = Config.from_env({"DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "k" * 32})
    blobs = open_blobs(f"file:{tmp_path / 'blobs'}", "", "")
    made = Desk(Engines(config, database, blobs, None, Sealer("s" * 32)))  # type: ignore[arg-type]
    with database.writing() as db:
        recount(db)
    return made


def mend(desk: Desk, run: ImportRun, number: int, cells: dict[str, str]) -> ImportRun:
    with desk.database.writing() as db:
        again = db.get_one(ImportRun, run.id)
        import_mending.mend(db, desk.engines.sealer, again, number, cells, run.created_by, NOW)
    with desk.database.reading() as db:
        return db.get_one(ImportRun, run.id)


def shown(desk: Desk, run: ImportRun) -> dict[int, Shown]:
    with desk.database.reading() as db:
        return {row.number: import_queries.shown(row) for row in import_queries.every(db, run.id, Wanted())}


@pytest.mark.parametrize("write", [as_csv, as_xlsx], ids=["csv", "xlsx"])
def test_the_cells_of_a_row_are_read_from_the_file(desk: Desk, write: Callable[..., object]) -> None:
    run = desk.run(write([HEADER, GOOD, [], BAD, WORSE]))  # type: ignore[arg-type]
    assert import_mending.cells_of(run, 2, desk.engines.blobs) == MENDED | {"born_on": "31/02/2001"}
    assert import_mending.cells_of(run, 3, desk.engines.blobs)["unit_code"] == "nowhere"
    with pytest.raises(NotFound):
        import_mending.cells_of(run, 4, desk.engines.blobs)


def test_a_mended_row_is_taken_by_the_same_rules(desk: Desk) -> None:
    run = desk.run(as_csv([HEADER, GOOD, BAD, WORSE]))
    assert figures(run) == (1, 0, 0, 2)
    with pytest.raises(Invalid) as refused:
        mend(desk, run, 2, MENDED | {"born_on": "30/02/2001", "national_id": "123"})
    assert {field: fault.code for field, fault in refused.value.faults.items()} == {
        "born_on": "not_a_date", "national_id": "id_length",
    }  # fmt: skip
    assert shown(desk, run) == {2: Shown.REFUSED, 3: Shown.REFUSED}  # as it was
    run = mend(desk, run, 2, MENDED)
    assert figures(run) == (1, 1, 0, 1)
    assert shown(desk, run) == {2: Shown.MENDED, 3: Shown.REFUSED}
    with desk.database.writing() as db:
        member = db.scalars(select(Member).filter_by(card_number="T2")).one()
        assert (member.full_name, str(member.born_on)) == ("Lê Thị Mai", "2001-02-28")
        assert recount(db) == 0
        assert audit.check(db) is None
        entry = db.scalars(select(audit.AuditEntry).filter_by(action="import_row_mended")).one()
        assert entry.details == {"row": 2, "faults": ["not_a_date"], "dry": False}


def test_a_row_is_mended_once(desk: Desk) -> None:
    run = desk.run(as_csv([HEADER, GOOD, BAD]))
    members = desk.members()
    mend(desk, run, 2, MENDED)
    with pytest.raises(Problem, match="row_taken"):
        mend(desk, run, 2, MENDED)
    with pytest.raises(NotFound):  # never noted: it was simply taken
        mend(desk, run, 1, MENDED)
    assert desk.members() == members + 1


def test_a_mended_row_may_be_somebody_who_is_there(desk: Desk) -> None:
    run = desk.run(as_csv([HEADER, GOOD, BAD]))
    with pytest.raises(Invalid) as refused:  # the card of another
        mend(desk, run, 2, MENDED | {"card_number": "T1"})
    assert {fault.code for fault in refused.value.faults.values()} == {"card_taken"}
    members = desk.members()
    run = mend(desk, run, 2, dict(MENDED, **dict(zip(("national_id", "card_number"), GOOD[3:5], strict=True))))
    assert (figures(run), desk.members()) == ((1, 1, 0, 0), members)
    with desk.database.reading() as db:
        assert db.scalars(select(Member).filter_by(card_number="T1")).one().full_name == "Lê Thị Mai"


def test_a_row_outside_the_subtree_stays_refused(desk: Desk) -> None:
    run = desk.run(as_csv([HEADER, GOOD, BAD]), unit="hue")
    with pytest.raises(Invalid) as refused:
        mend(desk, run, 2, MENDED | {"unit_code": "01"})
    assert {field: fault.code for field, fault in refused.value.faults.items()} == {"unit_code": "unit_unknown"}


def test_mended_in_a_trial_taken_in_the_run(desk: Desk) -> None:
    run = desk.run(as_csv([HEADER, GOOD, BAD, WORSE]), dry=True)
    members = desk.members()
    run = mend(desk, run, 2, MENDED)
    assert (figures(run), desk.members()) == ((1, 1, 0, 1), members)
    with desk.database.reading() as db:
        kept = db.scalar(text("SELECT mapping FROM import_run"))
        everything = json.dumps(kept) + str(db.execute(text("SELECT * FROM import_row")).all())
    assert "046301001235" not in everything  # national ids lie in no table in clear
    with desk.database.writing() as db:
        again = db.get_one(ImportRun, run.id)
        columns = {int(number): field for number, field in again.mapping["columns"].items()}
        imports.start(db, again, columns, dry=False, by=run.created_by, now=NOW)
    desk.finish()
    with desk.database.reading() as db:
        assert figures(db.get_one(ImportRun, run.id)) == (2, 0, 0, 1)
    assert desk.members() == members + 2


def test_setting_aside_twice_is_once_and_mending_still_possible(desk: Desk) -> None:
    run = desk.run(as_csv([HEADER, GOOD, BAD, WORSE]))
    for _ in range(2):
        with desk.database.writing() as db:
            import_mending.set_aside(db, db.get_one(ImportRun, run.id), 2, run.created_by, NOW)
    assert shown(desk, run) == {2: Shown.SET_ASIDE, 3: Shown.REFUSED}
    with desk.database.reading() as db:
        asides = select(func.count()).select_from(audit.AuditEntry).filter_by(action="import_row_set_aside")
        assert db.scalar(asides) == 1
    mend(desk, run, 2, MENDED)
    assert shown(desk, run) == {2: Shown.MENDED, 3: Shown.REFUSED}


def test_rows_by_page_outcome_and_reason(desk: Desk) -> None:
    size = import_queries.PAGE
    corrected = [["trần thị hoa", "Nữ", "26/03/2001", f"046301{n:06d}", f"C{n}", "46"] for n in range(3)]
    run = desk.run(as_csv([HEADER, *[BAD] * (size + 5), *corrected, WORSE]))
    with desk.database.writing() as db:
        import_mending.set_aside(db, db.get_one(ImportRun, run.id), 1, run.created_by, NOW)
    with desk.database.reading() as db:
        summary = import_queries.summary(db, run.id)
        assert summary.outcomes == {"refused": size + 5, "set_aside": 1, "mended": 0, "corrected": 3}
        assert summary.reasons[0] == ("not_a_date", size + 5)
        assert dict(summary.reasons)["recased"] == 3
        assert dict(summary.reasons)["office_as_name"] == 1
        first = import_queries.page(db, run.id, Wanted(reason="not_a_date"))
        assert (len(first.rows), first.next) == (size, size)
        rest = import_queries.page(db, run.id, Wanted(reason="not_a_date", after=first.next))
        assert ([row.number for row in rest.rows], rest.next) == (list(range(size + 1, size + 6)), 0)
        for outcome, numbers in (("set_aside", [1]), ("corrected", [size + 6, size + 7, size + 8]), ("mended", [])):
            page = import_queries.page(db, run.id, Wanted(outcome=outcome))
            assert [row.number for row in page.rows] == numbers, outcome


def test_a_stopped_run_goes_on_where_it_stopped(desk: Desk) -> None:
    run_id = desk.begin(as_csv([HEADER, *[[*member_row(n)[:5], "46"] for n in range(2500)]]))
    desk.runner.step(NOW)
    with desk.database.writing() as db:
        run = db.get_one(ImportRun, run_id)
        import_mending.stop(db, run, run.created_by, NOW)
        with pytest.raises(Problem, match="wrong_state"):
            import_mending.stop(db, run, run.created_by, NOW)
    desk.finish()
    with desk.database.reading() as db:
        run = db.get_one(ImportRun, run_id)
        done = run.rows_done
        assert (run.state, run.reason, done < 2500) == ("failed", "import_stopped", True)
        assert run.taken == done
    with desk.database.writing() as db:
        import_mending.go_on(db, db.get_one(ImportRun, run_id), run.created_by, NOW)
    desk.finish()
    with desk.database.writing() as db:
        run = db.get_one(ImportRun, run_id)
        assert (run.state, run.rows_done, run.taken) == ("done", 2500, 2500)
        with pytest.raises(Problem, match="wrong_state"):
            import_mending.go_on(db, run, run.created_by, NOW)
        assert audit.check(db) is None


def test_nothing_is_mended_while_the_worker_has_the_run(desk: Desk) -> None:
    run_id = desk.begin(as_csv([HEADER, BAD]))
    with desk.database.writing() as db:
        run = db.get_one(ImportRun, run_id)
        row = ImportRow(run_id=run_id, number=1, outcome=RowOutcome.REFUSED.value, name="", findings=[])
        db.add(row)
        db.flush()
        with pytest.raises(Problem, match="wrong_state"):
            import_mending.mend(db, desk.engines.sealer, run, 1, MENDED, run.created_by, NOW)
        db.delete(row)
