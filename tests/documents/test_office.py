"""Office files become PDFs by the real LibreOffice: as they look, with nothing fetched, run or left behind."""

import socket
import threading
from pathlib import Path

import pytest

from documents import media, office
from documents.children import Limits
from documents.extract import Reason, extract
from tests.factories import hostile
from tests.factories import office_files as files
from tests.factories.legacy import tcvn3

LINES = ("Cộng hòa xã hội chủ nghĩa Việt Nam", "Điều 1. Nghị quyết này có hiệu lực từ ngày 15 tháng 01 năm 2026.")
LIMITS = Limits(seconds=90)

pytestmark = pytest.mark.usefixtures("libreoffice_path")


def write(folder: Path, data: bytes) -> Path:
    path = folder / "tài liệu"
    path.write_bytes(data)
    return path


def running() -> list[str]:
    """The commands of LibreOffice that run on this machine out of folders like ours."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return [command for command in found if ".office-" in command]


def test_a_word_file_becomes_a_paper_and_fetches_nothing(tmp_path):
    """Its picture lies on a server that must not be asked: whoever made the file would learn who reads it."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"

        def listen():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                asked.append(connection.recv(1000))
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        body = "".join(files.paragraph((line, "Times New Roman")) for line in LINES)
        path = write(tmp_path, files.docx(body + files.linked_picture("pic"), linked={"pic": address}))
        target = tmp_path / "out.pdf"
        office.to_pdf(path, target, LIMITS)
        server.shutdown(socket.SHUT_RDWR)
    outcome = extract(target, "out.pdf")
    assert outcome.page_count == 1
    assert [line for line in outcome.pages[0].splitlines() if line.strip()] == list(LINES)
    assert asked == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.pdf", "tài liệu"]
    assert running() == []


OLD_FONTS = r"{\fonttbl{\f0\fnil .VnTime;}{\f1\fnil Times New Roman;}}"


def test_old_files_are_read_with_their_old_letters(tmp_path):
    drawn = "".join(f"\\'{code:02x}" for code in tcvn3("Cộng hoà, ưu tư, được").encode("latin-1"))
    unicode = "".join(f"\\u{ord(letter)}?" for letter in "Điều 1")
    path = write(tmp_path, rf"{{\rtf1\ansi\ansicpg1252{OLD_FONTS}\f0 {drawn}\par\f1 {unicode}\par}}".encode("ascii"))
    outcome = extract(path, "tờ trình.rtf", LIMITS)
    assert (outcome.media_type, outcome.reason, outcome.notes) == (media.RTF, None, ["tcvn3"])
    assert outcome.pages[0].split("\n")[:2] == ["Cộng hoà, ưu tư, được", "Điều 1"]


def test_it_is_stopped_at_its_limit_with_all_it_started(tmp_path):
    path = write(tmp_path, files.workbook([["a"]]))
    with pytest.raises(office.NotConverted) as stopped:
        office.to_pdf(path, tmp_path / "out.pdf", Limits(seconds=0.7))
    assert stopped.value.code == "office_timeout"
    assert [path.name for path in tmp_path.iterdir()] == ["tài liệu"]
    assert running() == []


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"just words", "office_unsupported"), (hostile.truncated(files.docx(""), 0.8), "office_failed")],
    ids=["no_office_file", "cut"],
)
def test_what_gives_no_paper_is_said(tmp_path, data, code):
    path = write(tmp_path, data)
    with pytest.raises(office.NotConverted) as failed:
        office.to_pdf(path, tmp_path / "out.pdf", LIMITS)
    assert failed.value.code == code
    assert not (tmp_path / "out.pdf").exists()


def test_where_it_is_missing_that_is_said_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    office.available.cache_clear()
    try:
        with pytest.raises(office.OfficeMissing) as missing:
            office.to_pdf(write(tmp_path, b""), tmp_path / "out.pdf")
        assert extract(write(tmp_path, b"{\\rtf1 a}")).reason == Reason.OFFICE_MISSING
    finally:
        office.available.cache_clear()
    assert missing.value.code == "office_missing"
    assert missing.value.values["install"].startswith("apt-get install libreoffice-writer-nogui ")
