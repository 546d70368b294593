"""Whatever people upload: each file ends in a state with a reason, in time, and an ordinary file behind it is read."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from documents.extract import Extracted, Limits, Reason, extract
from documents.rules import VersionState, clean_filename
from tests.factories import hostile, legacy
from tests.factories import office_files as office

LIMITS = Limits(seconds=60, memory=400 * hostile.MIB, unpacked=20 * hostile.MIB, pixels=20_000_000)
SHORT = 2.5
"""Seconds for what has no end of its own."""
GRACE = 30.0
"""Seconds on top for starting and ending a child on a busy machine."""
GOOD = hostile.paper(*[f"Điều {page + 1}. Hoà bình là quý" for page in range(6)])
WORD = office.docx("".join(office.paragraph((f"Điều {number}", None)) for number in range(40)))
BOOK = office.workbook([[f"Dòng {row}", row, row / 7] for row in range(60)])

OLD = legacy.pdf({"A": legacy.simple_font(".VnTime")}, *[("A", legacy.tcvn3("Cộng hoà").encode("latin-1"))] * 20)
REMARKS = {Reason.NO_TEXT, Reason.PARTLY_READ, Reason.TOO_MANY_PAGES, Reason.MACROS, Reason.UNSUPPORTED}
UNREAD = {Reason.DAMAGED, Reason.TOO_LARGE, Reason.TIMEOUT}
FILES = {
    "nothing.pdf": (lambda: b"", {Reason.EMPTY}),
    "only_a_head.pdf": (lambda: b"%PDF-1.7\n", {Reason.DAMAGED}),
    "web_page.pdf": (lambda: hostile.HTML, {Reason.NOT_A_PDF}),
    "picture.PDF": (hostile.png, {Reason.NOT_A_PDF}),
    "word.pdf": (lambda: WORD, {Reason.NOT_A_PDF}),
    "third.pdf": (lambda: hostile.truncated(GOOD, 0.3), {Reason.DAMAGED}),
    "sealed.pdf": (lambda: hostile.encrypted("mật khẩu"), {Reason.ENCRYPTED}),
    "flate_bomb.pdf": (hostile.flate_bomb, UNREAD),
    "endless_text.pdf": (hostile.endless_text, UNREAD),
    "cyclic_tree.pdf": (hostile.cyclic_tree, {Reason.DAMAGED, Reason.PARTLY_READ}),
    "exponential_tree.pdf": (hostile.exponential_tree, {*UNREAD, Reason.NO_TEXT}),
    "deep_tree.pdf": (hostile.deep_tree, {Reason.TOO_LARGE, Reason.DAMAGED}),
    "deep_array.pdf": (hostile.deep_array, {Reason.NO_TEXT, Reason.DAMAGED}),
    "lying_count.pdf": (hostile.lying_count, {Reason.NO_TEXT}),
    "no_pages.pdf": (hostile.no_pages, {Reason.DAMAGED}),
    "form_ring.pdf": (hostile.form_ring, {Reason.NO_TEXT}),
    "font_table.pdf": (hostile.font_table, UNREAD),
    "50000_pages.pdf": (lambda: hostile.many_pages(50_000), {Reason.PARTLY_READ, Reason.TIMEOUT}),
    "macros.docx": (lambda: office.docx("", more={"word/vbaProject.bin": b"x"}), {Reason.MACROS}),
    "entity_bomb.docx": (hostile.entity_bomb, {Reason.UNSAFE}),
    "zip_bomb.docx": (hostile.zip_bomb, {Reason.TOO_LARGE, Reason.PARTLY_READ}),
    "upwards.docx": (lambda: office.docx("", more={"../../etc/passwd": b"x"}), {Reason.UNSAFE}),
    "a_zip.docx": (lambda: office.packed({"a.txt": "a"}), {Reason.DAMAGED}),
    "half.xlsx": (lambda: hostile.truncated(BOOK, 0.5), {Reason.DAMAGED}),
    "third.docx": (lambda: hostile.truncated(WORD, 0.3), {Reason.DAMAGED}),
    "wide.xlsx": (hostile.wide_sheet, {Reason.TOO_LARGE, Reason.PARTLY_READ, Reason.TIMEOUT}),
    "picture_bomb.png": (hostile.picture_bomb, {Reason.TOO_LARGE}),
    "cut.png": (lambda: hostile.png()[:60], {Reason.DAMAGED}),
    "program.exe": (lambda: bytes(range(256)), {Reason.UNSUPPORTED}),
}


def read(folder: Path, data: bytes, name: str, seconds: float = LIMITS.seconds) -> Extracted:
    """The outcome, which comes within its time."""
    path = folder / "file"
    path.write_bytes(data)
    started = time.monotonic()
    outcome = extract(path, name, replace(LIMITS, seconds=seconds))
    assert time.monotonic() - started < seconds + GRACE
    return outcome


@pytest.mark.parametrize("name", FILES)
def test_each_ends_in_a_state_with_a_reason(tmp_path, name):
    make, reasons = FILES[name]
    outcome = read(tmp_path, make(), name, SHORT if Reason.TIMEOUT in reasons else LIMITS.seconds)
    assert outcome.reason in reasons
    assert outcome.state == (VersionState.READY if outcome.reason in REMARKS else outcome.state)
    assert outcome.state in {VersionState.READY, VersionState.FAILED, VersionState.REFUSED}
    if name.startswith(("flate", "50000")):
        assert read(tmp_path, GOOD, "tờ trình.pdf").reason is None


@pytest.mark.parametrize("seed", range(6))
def test_spoiled_files_end_in_a_state(tmp_path, seed):
    for name, good in (("a.pdf", GOOD), ("a.docx", WORD), ("a.xlsx", BOOK), ("b.pdf", OLD)):
        spoiled = hostile.flipped(good, seed) if seed % 2 else hostile.truncated(good, 0.4 + seed / 12)
        outcome = read(tmp_path, spoiled, name)
        assert outcome.reason is not None or any(outcome.pages.values())


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\windows\\a.pdf", "a\x00\r\n\u202efdp.pdf", "." * 5000, "-rf", ""]
)
def test_a_name_is_only_ever_a_name(tmp_path, name):
    outcome = read(tmp_path, GOOD, name)
    assert (outcome.reason, len(outcome.pages)) == (None, 6)
    shown = clean_filename(name)
    assert shown
    assert not set(shown) & set("/\\\0\r\n\u202e")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_worker_lives_and_reads_what_stands_behind(house):
    quick = ["nothing.pdf", "web_page.pdf", "sealed.pdf", "third.pdf", "program.exe"]
    bad = {name: house.add(FILES[name][0](), f"../{name}\x00") for name in quick}
    good = house.add(GOOD, "tờ trình.pdf")
    house.work()
    for name, version_id in bad.items():
        assert house.version(version_id).reason in FILES[name][1]
    assert house.version(good).state == VersionState.READY
    assert len(house.texts(good)) == 6
