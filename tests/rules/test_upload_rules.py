"""Which bytes an upload takes, by examples and for all orders of chunks; titles out of file names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Problem
from documents.upload_rules import (
    ALLOWANCE,
    LEAST_CHUNK,
    MIB,
    MOST_CHUNK,
    MOST_UNFINISHED,
    check_begin,
    takes,
    title_of,
)


@pytest.mark.parametrize(
    ("start", "length", "taken"),
    [
        pytest.param(3 * MIB, MIB, True, id="next"),
        pytest.param(3 * MIB, 7 * MIB, True, id="to-the-end"),
        pytest.param(2 * MIB, MIB, False, id="repeated"),
        pytest.param(2 * MIB, 4 * MIB, False, id="overlapping"),
        pytest.param(0, 99 * MIB, False, id="repeated-and-absurd"),
        pytest.param(3 * MIB, 0, False, id="nothing"),
    ],
)
def test_a_chunk_is_taken_where_the_upload_stands_and_nowhere_else(start: int, length: int, taken: bool) -> None:
    assert takes(10 * MIB, 3 * MIB, start, length) is taken


@pytest.mark.parametrize(
    ("start", "length", "code"),
    [
        pytest.param(3 * MIB + 1, MIB, "upload_gap", id="gap"),
        pytest.param(3 * MIB, 7 * MIB + 1, "upload_over_end", id="over-the-end"),
        pytest.param(3 * MIB, LEAST_CHUNK - 1, "chunk_too_short", id="too-short"),
    ],
)
def test_what_is_refused(start: int, length: int, code: str) -> None:
    with pytest.raises(Problem) as refused:
        takes(10 * MIB, 3 * MIB, start, length)
    assert refused.value.code == code


def test_a_chunk_has_its_most_bytes() -> None:
    assert takes(99 * MIB, 0, 0, MOST_CHUNK)
    with pytest.raises(Problem, match="chunk_too_long"):
        takes(99 * MIB, 0, 0, MOST_CHUNK + 1)


def test_the_last_chunk_may_be_short() -> None:
    assert takes(MIB + 1, MIB, MIB, 1)


@given(
    size=st.integers(1, 10 * LEAST_CHUNK),
    chunks=st.lists(st.tuples(st.integers(0, 11 * LEAST_CHUNK), st.integers(0, 4 * LEAST_CHUNK)), max_size=30),
)
def test_whatever_is_sent_the_bytes_here_are_a_beginning_of_the_file(size: int, chunks: list[tuple[int, int]]) -> None:
    """Chunks in any order, repeated, overlapping, with gaps: what was taken joins up, each byte once."""
    received = 0
    for start, length in [*chunks, *((at, LEAST_CHUNK) for at, _length in chunks)]:
        try:
            taken = takes(size, received, start, length)
        except Problem:
            continue
        if taken:
            assert start == received
            received += length
        assert received <= size
    while received < size:  # and from there it can always be finished
        length = min(LEAST_CHUNK, size - received)
        assert takes(size, received, received, length)
        received += length


@pytest.mark.parametrize(
    ("size", "under_way", "bytes_under_way", "code"),
    [
        pytest.param(0, 0, 0, "empty", id="empty"),
        pytest.param(MIB + 1, 0, 0, "too_large", id="too-large"),
        pytest.param(1, MOST_UNFINISHED, 0, "too_many_uploads", id="too-many"),
        pytest.param(MIB, 1, ALLOWANCE * MIB - MIB + 1, "uploads_too_large", id="too-much-together"),
    ],
)
def test_who_may_not_begin(size: int, under_way: int, bytes_under_way: int, code: str) -> None:
    with pytest.raises(Problem) as refused:
        check_begin(size, MIB, under_way, bytes_under_way)
    assert refused.value.code == code


def test_who_may_begin() -> None:
    check_begin(MIB, MIB, MOST_UNFINISHED - 1, (ALLOWANCE - 1) * MIB)


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("Báo cáo quý IV.pdf", "Báo cáo quý IV"),
        ("ke-hoach_nam (1).pdf", "ke hoach nam"),
        ("qcvn-32-2026-bxd.pdf", "qcvn-32-2026-bxd"),
        ("245-CV-TWĐTN.pdf", "245-CV-TWĐTN"),
        ("Nghị_quyết__số_5.docx", "Nghị quyết số 5"),
        ("../../etc/passwd", "passwd"),
        ("(1).pdf", "(1).pdf"),
        ("", "khong ten"),
    ],
)
def test_a_title_out_of_a_file_name(filename: str, title: str) -> None:
    assert title_of(filename) == title
