"""Annotations follow their paper to its next version, once, whatever happens to the worker; on both databases."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from documents import annotation_carrying as carrying
from documents import annotation_carrying_job, annotations, operations, pipeline, versions
from documents.annotation_carrying import carried_id
from documents.annotation_models import Annotation
from documents.annotation_rules import Change, Content, Kind, Visibility
from documents.annotations import Reader
from documents.blobs import FolderBlobs
from documents.children import LIMITS
from documents.jobs import MAX_ATTEMPTS
from documents.media import PDF
from documents.models import Document, Job, Version, VersionStep
from documents.rules import LEASE, JobKind, Step, StepState, VersionState
from documents.search_whoosh import WhooshSearch
from tests.documents.house import NOW, House
from tests.factories import hostile

AN = Reader("member:1", "Nguyễn Thị An", frozenset({"member:1", "meeting:7"}))
BINH = Reader("member:2", "Trần Văn Bình", frozenset({"member:2", "meeting:7"}))
LINES = ["Dự toán ngân sách năm 2027 của đơn vị", "Tổng thu dự kiến là 120 tỷ đồng", "Tổng chi dự kiến là 118 tỷ đồng"]
HIGHLIGHT, INK, NOTE, REPLY = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(4))
MIDDLE = 770 - 16  # the base line of the second line
STYLE = {"color": "#ffd43b", "width": 2.0, "opacity": 0.5, "size": 12.0}
BODIES = {
    HIGHLIGHT: {"quads": [[72, MIDDLE + 12, 260, MIDDLE + 12, 72, MIDDLE - 4, 260, MIDDLE - 4]], "quote": LINES[1]},
    INK: {"paths": [[72, MIDDLE + 4, 0.5, 200, MIDDLE + 4, 0.9]]},
    NOTE: {"rect": [40, MIDDLE - 4, 60, MIDDLE + 16], "text": "Vì sao?"},
    REPLY: {"text": "Theo nghị quyết"},
}
KINDS = {HIGHLIGHT: Kind.HIGHLIGHT, INK: Kind.INK, NOTE: Kind.NOTE, REPLY: Kind.NOTE}


@pytest.fixture
def archive(database, tmp_path):
    return House(tmp_path, database, FolderBlobs(tmp_path / "blobs"), WhooshSearch(tmp_path / "index"))


@pytest.fixture
def first(archive):
    """A version with a highlight of An's own, ink of An's for the meeting, Bình's note and An's reply."""
    version_id = add(archive, *LINES)
    with archive.database.writing() as db:
        for key, by, audience, parent in (
            (HIGHLIGHT, AN, frozenset(), None),
            (INK, AN, frozenset({"meeting:7"}), None),
            (NOTE, BINH, frozenset({"meeting:7"}), None),
            (REPLY, AN, frozenset({"meeting:7"}), NOTE),
        ):
            visibility = Visibility.MEETING if audience else Visibility.PRIVATE
            body = {"style": STYLE, "placed": True, **BODIES[key]}
            annotations.lock(db, [version_id])
            content = Content(KINDS[key], 0, visibility, parent, body, audience)
            annotations.put(db, version_id, Change(key, 1, content), by, NOW)
    return version_id


def add(archive: House, *lines: str, state: VersionState = VersionState.READY, data: bytes | None = None) -> int:
    """The next version of the one document, its text out."""
    blob = archive.blobs.put(io.BytesIO(data or hostile.paper("\n".join(lines))))
    with archive.database.writing() as db:
        document = db.scalar(select(Document)) or operations.add_document(
            db, title="Dự toán", kind="paper", labels=["unit:1"], by="member:1", now=NOW
        )
        version = versions.add_version(
            db, document, blob, filename="du-toan.pdf", media_type=PDF, by="member:1", now=NOW
        )
        version.state, version.page_count = state, 1
        db.execute(delete(Job))
        carrying.ask_for(db, version, NOW)
        return version.id


def again(archive: House, version_id: int) -> None:
    with archive.database.writing() as db:
        carrying.ask_for(db, db.get_one(Version, version_id), NOW)
    archive.work()


def on(archive: House, version_id: int) -> dict[str, Annotation]:
    """What is there, deleted or not."""
    with archive.database.reading() as db:
        return {one.id: one for one in db.scalars(select(Annotation).where(Annotation.version_id == version_id))}


def change(archive: House, version_id: int, key: str, by: Reader, **said: object) -> None:
    """The author's next change; without a word a deletion."""
    with archive.database.writing() as db:
        annotations.lock(db, [version_id])
        stored = annotations.stored_of(db.get_one(Annotation, key))
        content = replace(stored.content, body=stored.content.body | said) if said else None
        annotations.put(db, version_id, Change(key, stored.rev + 1, content), by, NOW)


def test_everything_is_carried_with_its_author_and_its_readers(archive, first):
    second = add(archive, "Bìa dự toán", *LINES)
    archive.changes.clear()
    archive.work()
    carried = on(archive, second)
    assert carried.keys() == {carried_id(key, second) for key in KINDS}
    for key, before in on(archive, first).items():
        after = carried[carried_id(key, second)]
        assert (after.author, after.author_name, after.visibility, after.labels, after.created_at, after.kind) == (
            before.author, before.author_name, before.visibility, before.labels, before.created_at, before.kind,
        )  # fmt: skip
        assert after.body["placed"]
        assert before.body == {"style": STYLE, "placed": True, **BODIES[key]}
    highlight = carried[carried_id(HIGHLIGHT, second)]
    assert highlight.labels == frozenset()
    assert highlight.body["quads"][0][1] == pytest.approx(MIDDLE + 12 - 16, abs=0.02)  # a line further down
    assert carried[carried_id(INK, second)].body["paths"][0][1::3] == pytest.approx([MIDDLE - 12] * 2, abs=0.02)
    assert carried[carried_id(REPLY, second)].parent_id == carried_id(NOTE, second)
    assert ("annotations", second) in archive.changes
    assert sorted(one.seq for one in carried.values()) == [1, 2, 3, 4]


def test_twice_is_once_and_what_its_author_deleted_stays_deleted(archive, first):
    second = add(archive, "Bìa dự toán", *LINES)
    archive.work()
    change(archive, second, carried_id(HIGHLIGHT, second), AN)
    before = {key: (one.seq, one.rev, one.deleted) for key, one in on(archive, second).items()}
    again(archive, second)
    assert {key: (one.seq, one.rev, one.deleted) for key, one in on(archive, second).items()} == before


def test_a_worker_that_dies_costs_nothing(archive, first):
    second = add(archive, "Bìa dự toán", *LINES)
    with archive.database.writing() as db:
        assert archive.taking.claim(db, archive.now, "dies") is not None
    assert archive.work() == 0
    archive.now += LEASE
    archive.work()
    assert len(on(archive, second)) == len(KINDS)
    assert archive.jobs(JobKind.CARRY)[0].attempts < MAX_ATTEMPTS


def test_what_is_gone_is_listed_without_a_place_and_finds_it_when_it_is_back(archive, first):
    second = add(archive, "Một văn bản khác hẳn", "không còn dòng nào như cũ")
    archive.work()
    assert {key: (one.page, one.body["placed"]) for key, one in on(archive, second).items()} == {
        carried_id(key, second): (0, False) for key in KINDS
    }
    third = add(archive, "Bìa dự toán", *LINES)
    archive.work()
    found = on(archive, third)
    highlight, ink = (found[carried_id(carried_id(key, second), third)] for key in (HIGHLIGHT, INK))
    assert highlight.body["placed"]
    assert highlight.body["quote"] == LINES[1]
    assert not ink.body["placed"]


def test_versions_that_come_at_once_are_gone_through_in_their_order(archive, first):
    second = add(archive, "Bìa", *LINES, state=VersionState.PROCESSING)
    third = add(archive, "Bìa", "Mục lục", *LINES)
    archive.work()
    assert on(archive, third) == {}
    with archive.database.writing() as db:
        db.get_one(Version, second).state = VersionState.READY
        carrying.ask_for(db, db.get_one(Version, second), NOW)
    archive.work()
    assert on(archive, third).keys() == {carried_id(carried_id(key, second), third) for key in KINDS}


def test_a_scan_is_waited_for_until_its_letters_are_recognised(archive, first):
    second = add(archive, "Bìa", *LINES)
    with archive.database.writing() as db:
        for step in Step:
            state = StepState.RUNNING if step == Step.OCR else StepState.DONE
            db.add(VersionStep(version_id=second, step=step, state=state, notes=[], at=NOW))
    archive.work()
    assert on(archive, second) == {}
    with archive.database.writing() as db:
        db.get_one(VersionStep, (second, Step.OCR)).state = StepState.DONE
    again(archive, second)
    assert len(on(archive, second)) == len(KINDS)


def test_a_version_that_cannot_be_read_is_passed_over(archive, first):
    add(archive, state=VersionState.FAILED, data=b"%PDF-1.7 hong")
    third = add(archive, "Bìa", *LINES)
    archive.work()
    assert on(archive, third).keys() == {carried_id(key, third) for key in KINDS}


def test_pages_that_cannot_be_looked_at_leave_everything_without_a_place(archive, first):
    second = add(archive, data=b"%PDF-1.7 hong")
    archive.work()
    assert [one.body["placed"] for one in on(archive, second).values()] == [False] * len(KINDS)


def test_the_same_bytes_again_need_no_reading(archive, first):
    second = add(archive, *LINES)
    archive.work()
    for key, before in on(archive, first).items():
        assert on(archive, second)[carried_id(key, second)].body == before.body


def test_what_is_changed_meanwhile_is_carried_as_it_was_left(archive, first):
    second = add(archive, "Bìa dự toán", *LINES)
    (job,) = archive.jobs(JobKind.CARRY)
    store = archive.taking._handlers[JobKind.CARRY].run([job])
    change(archive, first, NOTE, BINH, text="Vì sao lại tăng?")
    change(archive, first, HIGHLIGHT, AN)
    with archive.database.writing() as db:
        store(db)
    # Its answer goes with it.
    assert on(archive, second).keys() == {carried_id(INK, second)}
    archive.work()
    assert on(archive, second)[carried_id(NOTE, second)].body["text"] == "Vì sao lại tăng?"
    assert on(archive, second).keys() == {carried_id(key, second) for key in (INK, NOTE, REPLY)}


def test_at_the_end_of_processing_it_is_asked_for(house):
    """The whole way: the paper is read, and then the annotations come."""
    old = house.add(hostile.paper("\n".join(LINES)))
    house.work()
    with house.database.writing() as db:
        content = Content(Kind.INK, 0, Visibility.PRIVATE, None, {"style": STYLE, "placed": True, **BODIES[INK]})
        annotations.put(db, old, Change(INK, 1, content), AN, NOW)
        document = db.get_one(Version, old).document
        blob = house.blobs.put(io.BytesIO(hostile.paper("\n".join(["Bìa", *LINES]))))
        new = versions.add_version(db, document, blob, filename="a.pdf", media_type=PDF, by="member:1", now=NOW).id
    house.work()
    assert [one.body["placed"] for one in on(house, new).values()] == [True]
    assert len(house.jobs(JobKind.CARRY)) == 1


def test_what_takes_too_long_is_tried_again_before_it_has_no_place(archive, first, monkeypatch):
    """The child is given no time at all; then as much as it needs."""
    monkeypatch.setattr(annotation_carrying_job, "SECONDS", 0.0)
    second = add(archive, "Bìa dự toán", *LINES)
    no_time = replace(LIMITS, seconds=0.001)
    assert pipeline.run_one(archive.database, archive.blobs, archive.search, NOW, limits=no_time)
    assert not on(archive, second)
    archive.work_later()
    carried = on(archive, second)
    assert carried
    assert all(one.body["placed"] for one in carried.values())
