"""The bytes that were signed stay the first bytes of every later file, whatever the house does with it."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.annotation_export import export
from documents.annotation_marks import Mark
from documents.annotation_rules import Kind
from documents.children import LIMITS
from documents.errors import Problem
from documents.processing import rendition_of
from documents.rewrite import rewrite
from documents.rules import RenditionKind
from ecabinet.config import Config
from ecabinet.office.stamp_rules import Stamp
from ecabinet.office.stamping import copy_of
from ecabinet.printing import seals
from ecabinet.signing import engine, places, prepare
from ecabinet.signing.examining import examine
from ecabinet.signing.place_rules import Place
from ecabinet.trusted import Trust
from tests.authority import NOW, signer
from tests.documents.conftest import house
from tests.signing.conftest import OF_OFFICE, SHOWN, Way

__all__ = ["house"]


def _extra(data: bytes) -> bytes:
    name = f"extra-{len(examine(data, Trust()).signatures)}"
    return engine.sign(data, name, signer("Trần Văn Ba"), SHOWN, "", NOW, place=Place(0, 60, 60, 200, 110))


STEPS: dict[str, Callable[[bytes], bytes]] = {
    "number": lambda data: prepare.fill(data, {"number": "245"}),
    "date": lambda data: prepare.fill(data, {"day": "22", "month": "11"}),
    "another number": lambda data: prepare.fill(data, {"number": "246"}),
    "ready again": lambda data: prepare.prepare(data, places.find(data)),
    "organisation": lambda data: engine.sign(data, "organisation", signer("Con dấu"), OF_OFFICE, "", NOW),
    "somebody else": _extra,
}
"""All that may be done to a paper after its first signature."""


@pytest.mark.parametrize(
    "order",
    [
        [("number", ""), ("another number", "already_filled"), ("date", ""), ("organisation", "")],
        [("number", ""), ("organisation", ""), ("date", "signed_and_closed"), ("organisation", "already_signed")],
        [("somebody else", "signed_and_closed"), ("ready again", "already_signed"), ("date", ""), ("number", "")],
    ],
    ids=["numbered", "closed", "several"],
)
def test_whatever_is_done_in_whatever_order(way: Way, order: list[tuple[str, str]]) -> None:
    data = way.signed
    for step, refused in order:
        if refused:
            with pytest.raises(Problem, match=refused):
                STEPS[step](data)
            continue
        before, data = data, STEPS[step](data)
        assert data.startswith(before)
        found = examine(data, Trust()).signatures
        assert all(one.holds for one in found), step
        assert data[: found[0].end] == way.signed


def test_minutes_and_their_seal(config: Config, way: Way) -> None:
    assert seals.seal(way.sealed, config, NOW, "Lưu").startswith(way.sealed)


def test_uploaded_read_and_shown_it_stays_what_it_was(house, way: Way) -> None:  # type: ignore[no-untyped-def]
    version_id = house.add(way.sealed)
    house.work()
    version = house.version(version_id)
    assert b"".join(house.blobs.open(version.sha256)) == way.sealed
    with house.database.reading() as db:
        assert rendition_of(db, version_id, RenditionKind.STREAMING) is None


def test_written_anew_for_streaming_is_a_file_of_its_own(way: Way, tmp_path: Path) -> None:
    source = tmp_path / "signed.pdf"
    source.write_bytes(way.sealed)
    rewrite(source, tmp_path / "made.pdf", LIMITS)
    assert source.read_bytes() == way.sealed


def test_annotations_stand_behind_and_are_named_as_a_change(way: Way, tmp_path: Path) -> None:
    source = tmp_path / "signed.pdf"
    source.write_bytes(way.sealed)
    mark = Mark("one", Kind.HIGHLIGHT, 0, (100, 500, 200, 520), quads=((100, 520, 200, 520, 100, 500, 200, 500),))
    data = export(source, [mark], {}, LIMITS).path.read_bytes()
    assert data.startswith(way.sealed)
    assert not any(one.holds for one in examine(data, Trust()).signatures)


def test_the_incoming_stamp_lies_on_a_copy(way: Way) -> None:
    kept = io.BytesIO(way.sealed)
    copy = copy_of(iter([kept.getvalue()]), Stamp("Tỉnh đoàn", "12", NOW.date(), "VP", 600, 20))
    assert not any(one.holds for one in examine(copy, Trust()).signatures)
    assert kept.getvalue() == way.sealed
