"""Imports: files as offices write them, dirty rows, the same file twice, a worker killed in the middle."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
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
from ecabinet.registry.import_csv import Damaged
from ecabinet.registry.import_files import Form, recognise, rows
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


def line(number: int) -> bytes:
    return ",".join(member_row(number)).encode() + b"\r\n"


HEADER_LINE = ",".join(HEADER).encode() + b"\r\n"
DAMAGED = {
    "row_unreadable": [line(3).replace(b"Hoa", b"Ho\xff"), line(3).replace(b"Hoa", b"H\x00a")],
    "row_quote": [b'"' + line(3), line(3).replace(b",46,", b',"46,'), line(3).replace(b",46,", b',"4"6,')],
    "row_too_long": [b"x" * 10_000_000 + b"," + line(3)],
}


@pytest.mark.parametrize(
    ("code", "damaged"), [(code, lines) for code, all_lines in DAMAGED.items() for lines in all_lines],
    ids=["bytes", "nul", "open", "open-late", "stray", "long"],
)  # fmt: skip
def test_a_damaged_row_is_refused_and_the_import_goes_on(desk: Desk, code: str, damaged: bytes) -> None:
    before = desk.members()
    run = desk.run(io.BytesIO(HEADER_LINE + line(1) + line(2) + damaged + line(4) + line(5)))
    assert (run.state, figures(run), desk.members()) == ("done", (4, 0, 0, 1), before + 4)
    assert desk.notes(run) == {3: [("", code)]}


def test_quotes_that_are_meant_are_no_damage(desk: Desk) -> None:
    towns = ['"Số 5,\r\nHuế"', '"a ""b"" c"']
    rows_of = [line(1), *[line(n).rstrip() + town.encode() + b"\r\n" for n, town in enumerate(towns, 2)]]
    run = desk.run(io.BytesIO(HEADER_LINE + b"".join(rows_of)))
    assert (run.state, run.refused, run.rows_total) == ("done", 0, 3), desk.notes(run)
    with desk.database.reading() as db:
        towns = [member.papers.get("home_town") for member in db.scalars(select(Member).order_by(Member.id).offset(8))]
    assert [town for town in towns if town] == ["Số 5, Huế", 'a "b" c']


@given(damaged=st.sets(st.integers(0, 39)), column=st.integers(0, 7))
def test_quotes_left_open_spoil_no_other_row(damaged: set[int], column: int) -> None:
    """Whatever rows are damaged so, exactly these are, and all others are read as written."""
    table = [HEADER]
    for number in range(40):
        cells = member_row(number)
        table.append([*cells[:column], '"' + cells[column], *cells[column + 1 :]] if number in damaged else cells)
    file = io.BytesIO("\n".join(map(",".join, table)).encode())
    read = list(rows(file, Form("csv", "utf-8", ",")))
    assert read[0] == HEADER
    assert [row for row in read[1:] if isinstance(row, list)] == [member_row(n) for n in range(40) if n not in damaged]
    assert sum(isinstance(row, Damaged) for row in read) == len(damaged)


def test_a_workbook_broken_off_gives_what_can_be_read(desk: Desk) -> None:
    whole = as_xlsx([HEADER, *[member_row(n) for n in range(200)]])
    broken = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if name.startswith("xl/worksheets/") else content)
    run = desk.run(broken)
    assert (run.state, run.refused) == ("done", 1)
    assert 0 < run.taken < 200
    assert desk.notes(run) == {run.taken + 1: [("", "rest_unreadable")]}


def test_a_file_whose_header_cannot_be_read_is_refused() -> None:
    with pytest.raises(Problem) as problem:
        imports.look(io.BytesIO(b'"' + HEADER_LINE + line(1)))
    assert problem.value.code == "table_damaged"


def test_a_large_file_is_read_by_a_process_of_its_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LARGE_FILE", 0)
    monkeypatch.setattr(imports, "LARGE_BATCH", 10)
    before = desk.members()
    lines = [b'"' + line(7) if n == 7 else line(n) for n in range(35)]
    run_id = desk.begin(io.BytesIO(HEADER_LINE + b"".join(lines)))
    assert desk.runner.step(NOW)
    desk.runner.close()
    desk.finish(imports.ImportRunner(desk.engines))
    with desk.database.reading() as db:
        run = db.get_one(ImportRun, run_id)
        assert (run.state, run.rows_done, figures(run)) == ("done", 35, (34, 0, 0, 1))
    assert (desk.members(), desk.notes(run)) == (before + 34, {8: [("", "row_quote")]})


def test_a_member_whose_card_is_not_yet_numbered(desk: Desk) -> None:
    header, without = [HEADER[n] for n in (0, 1, 2, 3, 6)], [GOOD[n] for n in (0, 1, 2, 3, 6)]
    others = [[*without[:3], f"046301{number:06d}", "46"] for number in range(2)]
    table = [header, without, *others]
    assert figures(desk.run(as_csv(table))) == (3, 0, 0, 0)
    assert figures(desk.run(as_csv(table))) == (0, 0, 3, 0)
    run = desk.run(as_csv([HEADER, GOOD]))  # the card comes later, in a list of its own
    assert figures(run) == (0, 1, 0, 0), desk.notes(run)
    with desk.database.reading() as db:
        assert [m.card_number for m in db.scalars(select(Member).order_by(Member.id.desc()).limit(3))] == ["", "", "T1"]
        assert db.scalars(select(Member).filter_by(card_number="")).all() == []


def test_a_person_twice_in_a_file_is_named_however_far_apart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    run = desk.run(as_csv([HEADER, *[member_row(n) for n in range(8)], member_row(7), member_row(0)]))
    assert (figures(run), desk.notes(run)) == (
        (8, 0, 0, 2),
        {9: [("national_id", "twice_in_file")], 10: [("national_id", "twice_in_file")]},
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_read_back_and_no_cell_is_a_formula(kind: str) -> None:
    with exports.write(kind, ["Tên", "Số"], [["=1+1", "0012"], ["Đỗ Lan", "@x"]]) as file:
        content = io.BytesIO(file.read())
    table = list(rows(content, recognise(content)))
    assert table == [["Tên", "Số"], ["'=1+1", "0012"], ["Đỗ Lan", "'@x"]]
    if kind == "xlsx":
        assert {cell.data_type for row in load_workbook(content).worksheets[0] for cell in row} == {"s"}
