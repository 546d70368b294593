"""What each step makes of a file, what it leaves alone, and what an operator can have done again."""

import io
import zipfile

import pytest
from PIL import Image

from documents import media, ocr, office, pipeline, processing, steps
from documents.errors import Problem
from documents.extract import Extracted
from documents.models import Version
from documents.rules import JobKind, RenditionKind, Step, StepState, VersionState, next_step
from tests.documents.house import PAPER
from tests.factories import hostile

NEEDS_NOTHING = ("skipped", "not_needed")
DONE = ("done", None)


def test_a_paper_goes_through_every_step(house):
    version_id = house.add(PAPER)
    house.work()
    assert house.outcomes(version_id) == {
        "check": DONE,
        "text": DONE,
        "rewrite": NEEDS_NOTHING,
        "pdf": NEEDS_NOTHING,
        "preview": DONE,
        "ocr": NEEDS_NOTHING,
    }
    made = house.renditions(version_id)
    assert set(made) == {"preview", "thumbnail"}
    sizes = {}
    for kind, rendition in made.items():
        data = b"".join(house.blobs.open(rendition.sha256))
        assert (len(data), rendition.media_type) == (rendition.size, "image/webp")
        sizes[kind] = Image.open(io.BytesIO(data)).size
    assert sizes == {"preview": (400, 566), "thumbnail": (160, 226)}


def test_a_large_paper_is_written_anew_and_the_original_kept(house):
    data = hostile.paper(*[f"Trang {page}\n" + "dòng chữ\n" * 30 for page in range(150)])
    # As word processors write them: every object by itself, nothing packed.
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(
            out, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )  # fmt: skip
    version_id = house.add(out.getvalue())
    house.work()
    made = house.renditions(version_id)[RenditionKind.STREAMING]
    assert house.outcomes(version_id)["rewrite"] == DONE
    assert made.size < 0.5 * len(out.getvalue())
    assert (made.media_type, made.pages) == (media.PDF, 150)
    version = house.version(version_id)
    assert b"".join(house.blobs.open(version.sha256)) == out.getvalue()
    assert b"".join(house.blobs.open(made.sha256)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("data", "filename", "reason"),
    [
        (b"", "a.pdf", "empty"),
        (hostile.HTML, "a.pdf", "not_a_pdf"),
        (hostile.encrypted("mật khẩu"), "a.pdf", "encrypted"),
    ],
    ids=["empty", "html", "encrypted"],
)
def test_what_is_refused_ends_there(house, data, filename, reason):
    version_id = house.add(data, filename)
    house.work()
    version = house.version(version_id)
    assert (version.state, version.reason) == (VersionState.REFUSED, reason)
    assert house.outcomes(version_id) == {"check": ("failed", reason)}
    assert b"".join(house.blobs.open(version.sha256)) == data


def test_an_office_file_becomes_a_pdf_where_the_program_is(house, monkeypatch):
    monkeypatch.setattr(office, "available", lambda: "/usr/bin/soffice")
    monkeypatch.setattr(office, "to_pdf", lambda _path, target, _limits: target.write_bytes(PAPER))
    version_id = house.add(hostile.docx_text("Nghị quyết về thanh niên"), "a.docx")
    house.work()
    made = house.renditions(version_id)
    assert set(made) == {"pdf", "preview", "thumbnail"}
    assert b"".join(house.blobs.open(made["pdf"].sha256)) == PAPER
    assert house.version(version_id).media_type == media.DOCX
    assert house.ask("thanh niên")


def test_a_missing_program_is_said_and_what_it_left_is_done_once_it_is_there(house, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(office, "available", lambda: None)
        version_id = house.add(hostile.docx_text("Nghị quyết"), "a.docx")
        house.work()
    assert house.outcomes(version_id)["pdf"] == ("skipped", "office_missing")
    assert house.outcomes(version_id)["preview"] == NEEDS_NOTHING
    assert house.version(version_id).state == VersionState.READY
    assert processing.may_gain(house.steps(version_id))
    monkeypatch.setattr(office, "available", lambda: "/usr/bin/soffice")
    monkeypatch.setattr(office, "to_pdf", lambda _path, target, _limits: target.write_bytes(PAPER))
    house.again(version_id)
    house.work()
    assert set(house.renditions(version_id)) == {"pdf", "preview", "thumbnail"}
    assert not processing.may_gain(house.steps(version_id))


def test_a_text_that_wanted_a_program_is_read_once_it_is_there(house, monkeypatch):
    with monkeypatch.context() as patch:
        lacks = steps.Outcome(reason="office_missing", extracted=Extracted(media.TEXT))
        patch.setitem(pipeline.STEPS, Step.TEXT, lambda _at: lacks)
        version_id = house.note()
        house.work()
    assert house.outcomes(version_id)["text"] == ("done", "office_missing")
    house.again(version_id)
    house.work()
    assert house.ask("ngân sách")


def _scan(*pages: int) -> bytes:
    """Pages of text, but for these, which are pictures."""
    return hostile.paper(*("" if page in pages else f"Trang {page}" for page in range(6)))


def test_only_pages_without_text_are_recognised(house, monkeypatch):
    asked = []

    def read(_path, pages, _limits, on_page):
        for page in pages:
            asked.append(page)
            on_page(page, f"nhận dạng {page}" if page != 4 else None)

    monkeypatch.setattr(ocr, "available", lambda: "tesseract")
    monkeypatch.setattr(ocr, "read", read)
    version_id = house.add(_scan(1, 4))
    house.work()
    assert asked == [1, 4]
    assert house.outcomes(version_id)["ocr"] == ("done", "partly_read")
    assert house.texts(version_id)[1] == "nhận dạng 1"
    assert house.texts(version_id)[4] == ""
    assert house.ask('"nhận dạng"')


def test_recognising_goes_on_in_slices_and_says_how_far_it_is(house, monkeypatch):
    asked, said = [], []

    def read(_path, pages, _limits, on_page):
        for page in pages:
            asked.append(page)
            on_page(page, f"chữ {page}")

    monkeypatch.setattr(ocr, "available", lambda: "tesseract")
    monkeypatch.setattr(ocr, "read", read)
    monkeypatch.setattr(steps, "SLICE_SECONDS", -1.0)
    monkeypatch.setattr(pipeline, "SAY_SECONDS", 0.0)
    version_id = house.add(_scan(*range(6)))
    while house.work_once():
        row = house.steps(version_id).get(Step.OCR)
        if row is not None:
            said.append((row.state, row.done, row.total))
    assert asked == list(range(6))  # each once, though every slice took only one
    assert [done for _state, done, _total in said if _state == StepState.RUNNING][:9:2] == [1, 2, 3, 4, 5]
    assert said[-1] == ("done", 6, 6)
    version = house.version(version_id)
    assert (version.state, version.reason) == (VersionState.READY, None)
    assert house.texts(version_id) == {page: f"chữ {page}" for page in range(6)}


def test_recognising_where_nothing_can_is_said(house, monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: None)
    version_id = house.add(_scan(*range(6)))
    house.work()
    version = house.version(version_id)
    assert (version.state, version.reason) == (VersionState.READY, "no_text")
    assert house.outcomes(version_id)["ocr"] == ("skipped", "ocr_missing")


def test_a_step_that_fails_leaves_the_others(house, monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: "tesseract")
    monkeypatch.setattr(ocr, "read", lambda _path, pages, _limits, on_page: [on_page(page, "chữ") for page in pages])

    def crash(_at):
        raise RuntimeError("the library crashed")

    with monkeypatch.context() as patch:
        patch.setitem(pipeline.STEPS, Step.PREVIEW, crash)
        version_id = house.add(_scan(1))
        house.work_later()
    outcomes = house.outcomes(version_id)
    assert (outcomes["preview"], list(outcomes)[-1]) == (("failed", "gave_up"), "ocr")
    assert house.version(version_id).state == VersionState.READY
    house.again(version_id)
    house.work()
    assert house.outcomes(version_id) == outcomes | {"preview": DONE}
    assert len(house.renditions(version_id)) == 2


def test_nothing_is_done_again_while_it_is_under_way_or_when_all_is_done(house):
    version_id = house.note()
    for _ in range(2):
        with pytest.raises(Problem, match="still_processing"):
            house.again(version_id)
        house.work()
    assert len(house.jobs(JobKind.EXTRACT)) == 2


def test_twice_asked_for_is_done_once(house):
    version_id = house.note()
    with house.database.writing() as db:
        processing.enqueue(db, JobKind.EXTRACT, {"version_id": version_id}, house.now)
    house.work()
    assert house.version(version_id).state == VersionState.READY
    assert len(house.texts(version_id)) == 1
    assert len(house.jobs(JobKind.EXTRACT)) == 3


def test_a_version_that_goes_while_it_is_processed_leaves_nothing(house, monkeypatch):
    text = pipeline.STEPS[Step.TEXT]

    def gone(at):
        with house.database.writing() as db:
            db.delete(db.get_one(Version, at.version.id))
        return text(at)

    monkeypatch.setitem(pipeline.STEPS, Step.TEXT, gone)
    version_id = house.note()
    house.work()
    assert (house.steps(version_id), house.texts(version_id)) == ({}, {})


@pytest.mark.parametrize(
    ("ended", "failed", "step"),
    [
        ([], [], Step.CHECK),
        ([Step.CHECK], [], Step.TEXT),
        ([Step.CHECK], [Step.CHECK], None),
        ([Step.CHECK, Step.TEXT, Step.PREVIEW], [Step.TEXT], Step.REWRITE),
        (list(Step), [Step.OCR], None),
    ],
    ids=["new", "checked", "refused", "hole", "over"],
)
def test_whose_turn_it_is(ended, failed, step):
    assert next_step(ended, failed) == step


def test_names_inside_a_zip_lead_nowhere(house, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../outside.txt", "x")
        archive.writestr("/outside.txt", "x")
    house.add(out.getvalue(), "../../tờ\x00 trình.zip")
    house.work()
    assert not list(tmp_path.rglob("outside.txt"))
