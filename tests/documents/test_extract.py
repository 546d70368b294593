"""Whatever a file does when it is read, the outcome is a named state, in time, and the process lives."""

import io
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from documents import children
from documents import media
from documents.extract import Extracted, Limits, Reason, extract
from documents.rules import VersionState
from tests.factories import hostile

LIMITS = Limits(seconds=8, memory=512 * hostile.MIB)
GOOD = hostile.paper(*[f"Trang {page + 1}\nĐiều {page + 1}. Hoà bình là quý" for page in range(12)])


@pytest.fixture
def read(tmp_path):
    def read(data: bytes, filename: str = "", limits: Limits = LIMITS) -> Extracted:
        path = tmp_path / "file"
        path.write_bytes(data)
        return extract(path, filename, limits)

    return read


def test_a_good_paper_gives_its_pages(read):
    outcome = read(GOOD, "Tờ trình.pdf")
    assert (outcome.state, outcome.reason, outcome.page_count) == (VersionState.READY, None, 12)
    assert list(outcome.pages) == list(range(12))
    assert outcome.pages[6].split("\n")[:2] == ["Trang 7", "Điều 7. Hoà bình là quý"]


@pytest.mark.parametrize(
    ("data", "filename", "reason", "state"),
    [
        (b"", "trống.pdf", Reason.EMPTY, VersionState.REFUSED),
        (hostile.HTML, "trang.pdf", Reason.NOT_A_PDF, VersionState.REFUSED),
        (hostile.png(), "ảnh.PDF", Reason.NOT_A_PDF, VersionState.REFUSED),
        (hostile.png(), "ảnh.png", Reason.NO_TEXT, VersionState.READY),
        (hostile.HTML, "trang.html", Reason.UNSUPPORTED, VersionState.READY),
        (b"%PDF-1.7\n", "a.pdf", Reason.DAMAGED, VersionState.FAILED),
        (hostile.truncated(GOOD, 0.3), "a.pdf", Reason.DAMAGED, VersionState.FAILED),
        (hostile.encrypted("mật khẩu"), "a.pdf", Reason.ENCRYPTED, VersionState.REFUSED),
        (hostile.entity_bomb(), "a.docx", Reason.DAMAGED, VersionState.FAILED),
        (hostile.zip_bomb(), "a.docx", Reason.TOO_LARGE, VersionState.FAILED),
        (bytes(range(256)), "a.exe", Reason.UNSUPPORTED, VersionState.READY),
    ],
)
def test_each_fault_has_its_name(read, data, filename, reason, state):
    outcome = read(data, filename)
    assert (outcome.reason, outcome.state, outcome.pages) == (reason, state, {})


def test_an_empty_password_opens(read):
    outcome = read(hostile.encrypted(""))
    assert (outcome.reason, outcome.pages[0].strip()) == (None, "Nghị quyết mật")


def test_word_files_and_plain_text_are_read(read):
    assert read(hostile.docx_text("Nghị quyết về thanh niên")).pages == {0: "Nghị quyết về thanh niên\n"}
    assert read("\ufeffCông văn số 5\r\nHoà".encode()).pages == {0: "Công văn số 5\nHoà"}


@pytest.mark.parametrize("name", hostile.HOSTILE)
def test_hostile_papers_end_within_their_limits(read, name):
    data = hostile.HOSTILE[name]()
    started = time.monotonic()
    outcome = read(data, "a.pdf", replace(LIMITS, seconds=4))
    assert time.monotonic() - started < 8
    expected = {
        "flate_bomb": {Reason.TOO_LARGE, Reason.TIMEOUT},
        "endless_text": {Reason.TIMEOUT},
        "exponential_tree": {Reason.TOO_LARGE, Reason.TIMEOUT},
        "deep_tree": {Reason.TOO_LARGE, Reason.DAMAGED},
        "lying_count": {Reason.NO_TEXT},
    }
    assert outcome.reason in expected.get(name, {Reason.DAMAGED})


@pytest.mark.parametrize("seed", range(12))
def test_spoiled_papers_end_in_a_state(read, seed):
    spoiled = hostile.flipped(GOOD, seed) if seed % 2 else hostile.truncated(GOOD, 0.5 + seed / 24)
    outcome = read(spoiled, "a.pdf")
    assert outcome.state == VersionState.READY or outcome.reason is not None


def test_more_pages_than_allowed_are_cut_and_said(read):
    outcome = read(GOOD, limits=replace(LIMITS, pages=5))
    assert (outcome.reason, outcome.state, outcome.page_count) == (Reason.TOO_MANY_PAGES, VersionState.READY, 12)
    assert list(outcome.pages) == [0, 1, 2, 3, 4]


def test_more_text_than_allowed_keeps_what_was_out(read):
    outcome = read(GOOD, limits=replace(LIMITS, text=300))
    assert (outcome.reason, outcome.state) == (Reason.TOO_LARGE, VersionState.FAILED)
    assert 0 < len(outcome.pages) < 12


CHILDREN = {
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "processor": "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)",
    "crashed": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "silent": "import time; time.sleep(60)",
    "one_page": """import os, signal; print('{"page": 0, "text": "kept"}', flush=True); os.kill(os.getpid(), 9)""",
}


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        ("killed", Reason.TOO_LARGE),
        ("processor", Reason.TIMEOUT),
        ("crashed", Reason.DAMAGED),
        ("silent", Reason.TIMEOUT),
        ("one_page", Reason.TOO_LARGE),
    ],
)
def test_a_child_that_dies_or_hangs_is_named(read, monkeypatch, child, reason):
    play(monkeypatch, CHILDREN[child])
    outcome = read(GOOD, limits=replace(LIMITS, seconds=1))
    assert outcome.reason == reason
    assert outcome.pages == ({0: "kept"} if child == "one_page" else {})


def test_no_child_outlives_the_reading(read, monkeypatch):
    started = play(monkeypatch, CHILDREN["silent"])
    read(GOOD, limits=replace(LIMITS, seconds=0.3))
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)


def play(monkeypatch, code: str) -> list:
    """Put another program in the child's place."""
    popen, started = children.subprocess.Popen, []

    def stand_in(command, **options):
        started.append(popen([command[0], "-c", code], **options))
        return started[-1]

    monkeypatch.setattr(children.subprocess, "Popen", stand_in)
    return started


def test_several_threads_read_at_once(tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(GOOD)
    outcomes: list[Extracted] = []
    threads = [threading.Thread(target=lambda: outcomes.append(extract(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.reason for outcome in outcomes] == [None] * 4


def test_a_file_that_is_not_there_is_the_callers_fault():
    with pytest.raises(FileNotFoundError):
        extract(Path("/nowhere/at/all.pdf"))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", media.EMPTY),
        (GOOD, media.PDF),
        (b"\n\n" + GOOD, media.PDF),
        (hostile.docx_text("a"), media.DOCX),
        (b"PK\x03\x04nothing", media.ZIP),
        (hostile.png(), "image/png"),
        (hostile.HTML, media.HTML),
        ("Đ".encode() * 4000, media.TEXT),
        (b"a" + "Đ".encode() * 4000, media.TEXT),
        (b"\x00\x01", media.UNKNOWN),
        (b"\xff\xfe\xfd", media.UNKNOWN),
    ],
)
def test_the_type_is_told_by_content(data, kind):
    file = io.BytesIO(data)
    file.seek(1)
    assert media.media_type(file) == kind
    assert file.tell() == 1
