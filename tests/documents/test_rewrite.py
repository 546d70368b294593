"""Papers written anew for streaming: the same pages in fewer bytes; what that does not help, or would break, stays."""

import io
from contextlib import suppress
from dataclasses import replace

import pikepdf
import pytest

from documents.children import LIMITS
from documents.errands import ErrandFailed
from documents.rewrite import rewrite
from documents.rules import Step
from tests.factories import hostile

PLAIN = {
    "object_stream_mode": pikepdf.ObjectStreamMode.disable,
    "compress_streams": False,
    "stream_decode_level": pikepdf.StreamDecodeLevel.generalized,
}


def unpacked(pages: int = 60) -> bytes:
    """A paper as a careless program writes it: nothing packed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(hostile.paper(*["dòng chữ\n" * 40] * pages))) as pdf:
        pdf.save(out, **PLAIN)
    return out.getvalue()


@pytest.fixture
def make(tmp_path):
    def make(data: bytes, limits=LIMITS):
        source, target = tmp_path / "file", tmp_path / "made.pdf"
        source.write_bytes(data)
        return rewrite(source, target, limits), target

    return make


def test_it_has_the_same_pages_in_streams_of_objects(make):
    data = unpacked()
    helped, target = make(data)
    assert helped
    assert target.stat().st_size < 0.3 * len(data)
    assert b"/ObjStm" in target.read_bytes()
    with pikepdf.open(target) as pdf, pikepdf.open(io.BytesIO(data)) as original:
        assert len(pdf.pages) == 60
        assert pdf.pages[7].Contents.read_bytes() == original.pages[7].Contents.read_bytes()


def test_what_is_packed_already_is_not_kept_twice(make):
    _helped, target = make(unpacked())
    assert make(target.read_bytes())[0] is False


@pytest.mark.parametrize("name", ["deep_tree", "cyclic_tree"])
def test_a_hostile_paper_ends_with_a_name_or_unharmed(make, name):
    with suppress(ErrandFailed):
        _helped, target = make(getattr(hostile, name)(), replace(LIMITS, seconds=20, memory=512 * hostile.MIB))
        assert target.stat().st_size < hostile.MIB


def test_too_little_time_and_memory_are_named(make):
    with pytest.raises(ErrandFailed, match="timeout"):
        make(unpacked(), replace(LIMITS, seconds=0.01))
    with pytest.raises(ErrandFailed):
        make(unpacked(), replace(LIMITS, memory=16 * hostile.MIB))


def test_a_signed_paper_stays_as_it_is_and_says_why(house):
    signature = b"<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 10 20 30] /Contents <00> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    padding = b"<< /Length 400000 >>\nstream\n" + b" " * 400_000 + b"\nendstream"
    version_id = house.add(hostile.raw_pdf(hostile.CATALOGUE, hostile.ONE_PAGE, page, signature, padding))
    house.work()
    assert house.steps(version_id)[Step.CHECK].notes == ["signed"]
    assert house.outcomes(version_id)["rewrite"] == ("skipped", "signed")
    assert "streaming" not in house.renditions(version_id)


def test_a_locked_paper_stays_as_it_is(house, monkeypatch):
    monkeypatch.setattr("documents.rewrite.SMALL", 0)
    version_id = house.add(hostile.encrypted(""))
    house.work()
    assert house.steps(version_id)[Step.CHECK].notes == ["locked"]
    assert house.outcomes(version_id)["rewrite"] == ("skipped", "locked")
