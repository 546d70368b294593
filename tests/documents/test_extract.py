"""Reading happens in a child that may be slow, large, silent or dead; the outcome is a named state, in time."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from documents import children, media
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


def test_an_empty_password_opens(read):
    outcome = read(hostile.encrypted(""))
    assert (outcome.reason, outcome.pages[0].strip()) == (None, "Nghị quyết mật")


def test_pages_of_a_long_paper_come_in_their_order(read):
    """More than pypdf would get through: PDFium reads them."""
    outcome = read(hostile.many_pages(1500), limits=replace(LIMITS, seconds=30))
    assert (outcome.reason, outcome.page_count, list(outcome.pages)) == (None, 1500, list(range(1500)))
    assert set(outcome.pages.values()) == {"Trang"}


def test_where_pypdf_fails_pdfium_reads(read):
    """No page says its size or parent, and the tree has a count that is none: pypdf raises, PDFium does not mind."""
    word = b"BT /F 12 Tf 1 0 0 1 20 20 Tm (Trang) Tj ET"
    fonts = b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    broken = hostile.raw_pdf(
        hostile.CATALOGUE,
        b"<< /Type /Pages /Kids [3 0 R (x)] /Count 1 >>",
        b"<< /Type /Page /Resources %s /Contents 4 0 R >>" % fonts,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(word), word),
    )
    outcome = read(broken)
    assert (outcome.reason, outcome.pages) == (None, {0: "Trang"})


def test_a_page_that_only_one_reader_can_take_costs_no_other(read):
    """The second page's content is a bomb; the first and third are kept, and the second is named."""
    bomb = hostile.stream(b"/FlateDecode", hostile.squeezed(100 * hostile.MIB, b"(x) Tj\n"))
    word = hostile.stream(b"/ASCIIHexDecode", b"BT /F 12 Tf (Trang) Tj ET".hex().encode() + b">")
    data = hostile.raw_pdf(
        hostile.CATALOGUE,
        b"<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] /Count 3 >>",
        *(hostile.page(contents) for contents in (b"6 0 R", b"7 0 R", b"6 0 R")),
        word,
        bomb,
    )
    outcome = read(data)
    assert (outcome.state, outcome.reason, outcome.page_count) == (VersionState.READY, Reason.PARTLY_READ, 3)
    assert (outcome.pages, outcome.notes) == ({0: "Trang", 2: "Trang"}, ["unread:1"])


def test_a_file_larger_than_the_memory_is_read(read):
    word, picture = b"BT /F 12 Tf (Trang) Tj ET", bytes(110 * hostile.MIB)
    streams = map(hostile.plain_stream, (word, picture))
    data = hostile.raw_pdf(hostile.CATALOGUE, hostile.ONE_PAGE, hostile.page(b"4 0 R"), *streams)
    assert read(data, limits=replace(LIMITS, memory=120 * hostile.MIB)).pages == {0: "Trang"}


def test_more_pages_than_allowed_are_cut_and_said(read):
    outcome = read(GOOD, limits=replace(LIMITS, pages=5))
    assert (outcome.reason, outcome.state, outcome.page_count) == (Reason.TOO_MANY_PAGES, VersionState.READY, 12)
    assert list(outcome.pages) == [0, 1, 2, 3, 4]


def test_more_text_than_allowed_keeps_what_was_out(read):
    outcome = read(GOOD, limits=replace(LIMITS, text=300))
    assert (outcome.reason, outcome.state) == (Reason.PARTLY_READ, VersionState.READY)
    assert outcome.notes == ["too_large_to_read"]
    assert 0 < len(outcome.pages) < 12


def test_pictures_are_counted_and_judged(read, tmp_path):
    assert read(hostile.png()).page_count == 1
    outcome = read(hostile.pictures(3))
    assert (outcome.media_type, outcome.page_count, outcome.reason) == (media.TIFF, 3, Reason.NO_TEXT)
    assert outcome.state == VersionState.READY


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
        ("one_page", Reason.PARTLY_READ),
    ],
)
def test_a_child_that_dies_or_hangs_is_named(read, monkeypatch, child, reason):
    play(monkeypatch, CHILDREN[child])
    outcome = read(GOOD, limits=replace(LIMITS, seconds=1) if child == "silent" else LIMITS)
    assert outcome.reason == reason
    assert outcome.pages == ({0: "kept"} if child == "one_page" else {})
    assert outcome.notes == (["too_large_to_read"] if child == "one_page" else [])


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
