"""Imports: files as offices write them, dirty rows, the same file twice, a worker killed in the middle."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from documents.database import Database
from documents.errors import Problem
from documents.stores import open_blobs
from ecabinet import audit
from ecabinet.config import Config
from ecabinet.engines import Engines
from ecabinet.registry import exports, imports
from ecabinet.registry.history_models import MemberEvent
from ecabinet.registry.import_files import recognise, rows
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.member_counts import recount
from ecabinet.registry.models import Member, Unit
from ecabinet.sealing import Sealer
from tests.people import make_office

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HEADER = ["Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD", "Số thẻ", "Điện thoại", "Mã đơn vị", "Quê quán"]
GOOD = ["Trần Thị Hoa", "Nữ", "26/03/2001", "046301001234", "T1", "0912345678", "46", "Huế"]


def member_row(number: int) -> list[str]:
    return ["Trần Thị Hoa", "Nữ", "26/03/2001", f"046301{number:06d}", f"T{number}", "", "46", ""]


def as_csv(table: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(table)
    return io.BytesIO(text.getvalue().encode(encoding))


def as_xlsx(table: list[list[object]]) -> io.BytesIO:
    book, file = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in table:
        book.active.append(row)
    book.save(file)
    return io.BytesIO(file.getvalue())


class Desk:
    """Somebody who imports files for the centre."""

    def __init__(self, engines: Engines) -> None:
        self.engines, self.database = engines, engines.database
        self.runner = imports.ImportRunner(engines)
        with self.database.writing() as db:
            self.office = make_office(db)

    def begin(self, file: io.BytesIO, *, dry: bool = False, unit: str = "centre") -> int:
        seen = imports.look(file)
        file.seek(0)
        blob = self.engines.blobs.put(file)
        with self.database.writing() as db:
            by = self.office.members["administrator"]
            run = imports.begin(db, db.get_one(Unit, self.office.units[unit]), "a.csv", blob, seen, by, NOW)
            columns = {int(number): field for number, field in run.mapping["columns"].items()}
            imports.start(db, run, columns, dry=dry, by=by, now=NOW)
            return run.id

    def finish(self, runner: imports.ImportRunner | None = None) -> None:
        while (runner or self.runner).step(NOW):
            pass

    def run(self, file: io.BytesIO, *, dry: bool = False, unit: str = "centre") -> ImportRun:
        run_id = self.begin(file, dry=dry, unit=unit)
        self.finish()
        with self.database.reading() as db:
            return db.get_one(ImportRun, run_id)

    def notes(self, run: ImportRun) -> dict[int, list[tuple[str, str]]]:
        with self.database.reading() as db:
            found = db.scalars(select(ImportRow).filter_by(run_id=run.id))
            return {row.number: [(field, code) for field, code, *_rest in row.findings] for row in found}

    def members(self) -> int:
        with self.database.reading() as db:
            return db.scalar(select(func.count()).select_from(Member)) or 0


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    config = Config.from_env({"DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "k" * 32})
    blobs = open_blobs_in(tmp_path)
    return Desk(Engines(config, database, blobs, None, Sealer("s" * 32)))  # type: ignore[arg-type]


def open_blobs_in(tmp_path: Path) -> object:
    return open_blobs(f"file:{tmp_path / 'blobs'}", "", "")


def figures(run: ImportRun) -> tuple[int, int, int, int]:
    return run.taken, run.corrected, run.unchanged, run.refused


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-8", "\t"), ("utf-16", ";"), ("windows-1258", ",")],
)
def test_ways_of_writing_a_csv(desk: Desk, encoding: str, delimiter: str) -> None:
    # Windows-1258 writes a tone apart from its letter
    table = [HEADER, GOOD]
    if encoding == "windows-1258":
        marks = str.maketrans({"ầ": "â\u0300", "ị": "i\u0323", "ọ": "o\u0323", "ố": "ô\u0301", "ẻ": "e\u0309",
                               "ế": "ê\u0301", "ớ": "ơ\u0301", "ữ": "ư\u0303", "ệ": "ê\u0323", "ạ": "a\u0323",
                               "í": "i\u0301", "ã": "a\u0303", "à": "a\u0300", "ù": "u\u0300"})  # fmt: skip
        table = [[cell.translate(marks) for cell in row] for row in table]
    run = desk.run(as_csv(table, encoding, delimiter))
    assert (run.state, figures(run)) == ("done", (1, 0, 0, 0)), desk.notes(run)
    expected = {"utf-8": "utf-8", "utf-8-sig": "utf-8-sig", "utf-16": "utf-16", "windows-1258": "windows-1258"}
    assert (run.mapping["form"]["encoding"], run.mapping["form"]["delimiter"]) == (expected[encoding], delimiter)
    with desk.database.reading() as db:
        member = db.scalars(select(Member).filter_by(card_number="T1")).one()
        assert (member.full_name, member.papers) == ("Trần Thị Hoa", {"home_town": "Huế"})
        assert desk.engines.sealer.open(member.national_id_sealed or b"") == "046301001234"


def test_a_workbook_with_days_numbers_and_formulas(desk: Desk) -> None:
    row = ["Trần Thị Hoa", "Nữ", date(2001, 3, 26), 46301001234, "T1", 912345678, 46, '=HYPERLINK("http://x")']
    run = desk.run(as_xlsx([HEADER, row]))
    assert figures(run) == (0, 1, 0, 0)
    assert desk.notes(run) == {1: [("phone", "zeros_restored"), ("national_id", "zeros_restored")]}
    with desk.database.reading() as db:
        papers = db.scalars(select(Member).filter_by(card_number="T1")).one().papers
        assert papers == {"home_town": '=HYPERLINK("http://x")'}  # text, never reckoned


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    table = [HEADER, GOOD, *[member_row(n) for n in range(2, 40)]]
    assert figures(desk.run(as_csv(table))) == (39, 0, 0, 0)
    with desk.database.reading() as db:
        events = db.scalar(select(func.count()).select_from(MemberEvent))
    again = desk.run(as_csv(table))
    assert figures(again) == (0, 0, 39, 0)
    with desk.database.writing() as db:
        assert db.scalar(select(func.count()).select_from(MemberEvent)) == events
        assert audit.check(db) is None


def test_good_rows_are_taken_and_bad_ones_named(desk: Desk) -> None:
    table = [
        HEADER,
        GOOD,
        ["Lan, Hoa", *GOOD[1:3], "", "T2", "", "46", ""],
        [*GOOD[:3], "123", "T3", "", "46", ""],
        [*GOOD[:3], "", "", "", "46", ""],
        [*GOOD[:3], "", "T5", "", "99", ""],
        [*GOOD[:3], "", "T1", "", "46", ""],
        [*GOOD[:3], "046301005678", "T1", "", "46", ""],
        ["TRẦN VĂN NAM", "Nam", "1-2-03", "", "T8", "", "", ""],
    ]
    run = desk.run(as_csv(table))
    assert figures(run) == (1, 1, 0, 6)
    assert desk.notes(run) == {
        2: [("full_name", "several_names")],
        3: [("national_id", "id_length")],
        4: [("card_number", "no_key")],
        5: [("unit_code", "unit_unknown")],
        6: [("card_number", "twice_in_file")],
        7: [("card_number", "twice_in_file")],
        8: [("full_name", "recased"), ("born_on", "short_year")],
    }
    other = [HEADER, [*GOOD[:3], "046301005678", "T1", "", "46", ""], [*GOOD[:6], "01", ""], [*GOOD[:7], "Hà Nội"]]
    run = desk.run(as_csv(other))
    assert desk.notes(run) == {
        1: [("card_number", "card_taken")], 2: [("national_id", "in_another_unit")], 3: [("", "updated")],
    }  # fmt: skip
    with desk.database.writing() as db:
        recount(db)  # the office of the tests is made without counting
        assert recount(db) == 0


def test_a_file_for_a_unit_reaches_no_other(desk: Desk) -> None:
    run = desk.run(as_csv([HEADER, [*GOOD[:6], "01", ""]]), unit="hue")
    assert desk.notes(run) == {1: [("unit_code", "unit_unknown")]}


def test_a_trial_changes_nothing_and_says_the_same(desk: Desk) -> None:
    table = [HEADER, GOOD, ["?", *GOOD[1:3], "", "T2", "", "46", ""]]
    before = desk.members()
    trial = desk.run(as_csv(table), dry=True)
    assert (figures(trial), desk.members()) == ((1, 0, 0, 1), before)
    with desk.database.writing() as db:
        run = db.get_one(ImportRun, trial.id)
        columns = {int(number): field for number, field in run.mapping["columns"].items()}
        imports.start(db, run, columns, dry=False, by=run.created_by, now=NOW)
    desk.finish()
    with desk.database.reading() as db:
        assert figures(db.get_one(ImportRun, trial.id)) == (1, 0, 0, 1)
    assert desk.members() == before + 1


def test_after_a_kill_another_worker_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 10)
    before = desk.members()
    run_id = desk.begin(as_csv([HEADER, *[member_row(n) for n in range(35)]]))
    assert desk.runner.step(NOW)
    assert desk.runner.step(NOW)
    with desk.database.reading() as db:
        run = db.get_one(ImportRun, run_id)
        assert (run.state, run.rows_done, run.rows_total) == ("running", 20, 35)
    desk.runner.close()
    desk.finish(imports.ImportRunner(desk.engines))
    with desk.database.reading() as db:
        run = db.get_one(ImportRun, run_id)
        assert (run.state, run.rows_done, figures(run)) == ("done", 35, (35, 0, 0, 0))
    assert desk.members() == before + 35


def bomb() -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"\0" * (60 * 1024 * 1024))
    return file


def zipped() -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return file


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (bomb, "workbook_too_large"),
        (zipped, "not_a_table"),
        (lambda: io.BytesIO(b"PK\x03\x04 broken"), "not_a_table"),
        (lambda: io.BytesIO(b"%PDF-1.7 ..."), "not_a_table"),
        (lambda: io.BytesIO(b""), "not_a_table"),
        (lambda: as_csv([HEADER]), "no_rows"),
        (lambda: io.BytesIO(as_xlsx([HEADER, GOOD]).getvalue()[:-200]), "not_a_table"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables(make: Callable[[], io.BytesIO], code: str) -> None:
    with pytest.raises(Problem) as problem:
        imports.look(make())
    assert problem.value.code == code


def test_columns_must_say_who_somebody_is(desk: Desk) -> None:
    with pytest.raises(Problem) as problem:
        desk.begin(as_csv([HEADER[:3], GOOD[:3]]))
    assert problem.value.code == "columns_missing"


def test_a_file_damaged_in_the_middle_takes_nobody_and_says_why(desk: Desk) -> None:
    table = as_csv([HEADER, GOOD, *[member_row(n) for n in range(2, 9)]]).getvalue() + b'"' + b"x" * 200_000
    run = desk.run(io.BytesIO(table))
    assert (run.state, run.reason) == ("failed", "table_damaged")
    assert figures(run) == (0, 0, 0, 0)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_read_back_and_no_cell_is_a_formula(kind: str) -> None:
    with exports.write(kind, ["Tên", "Số"], [["=1+1", "0012"], ["Đỗ Lan", "@x"]]) as file:
        content = io.BytesIO(file.read())
    table = list(rows(content, recognise(content)))
    assert table == [["Tên", "Số"], ["'=1+1", "0012"], ["Đỗ Lan", "'@x"]]
    if kind == "xlsx":
        assert {cell.data_type for row in load_workbook(content).worksheets[0] for cell in row} == {"s"}
