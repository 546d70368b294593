"""The arrays of the index: packing them, turning entries over, merging segments, and files that are not as written."""

import random
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import text
from documents.search import Entry, Filters, Query, SearchBroken
from documents.search_building import MERGED_AT_ONCE, to_merge
from documents.search_matching import Cache, common
from documents.search_postings import Postings, bare, pack, unpack
from documents.search_whoosh import WhooshSearch

LABELS = frozenset({"unit:1"})
SYLLABLES = ["hòa", "hoà", "hoa", "bình", "binh", "ủy", "uỷ", "đất", "dat", "15", "quý"]


@given(
    st.lists(st.lists(st.integers(0, 70_000), min_size=1, max_size=4, unique=True), max_size=8), st.integers(0, 70_000)
)
def test_postings_are_unpacked_as_they_were_packed(places, first):
    often = np.array([len(each) for each in places], np.int64)
    numbers = first + np.arange(len(places)) * 300
    flat = np.array([place for each in places for place in sorted(each)], np.int64)
    written = Postings(numbers, often, often // 2, flat)
    for postings in (written, bare(numbers)):
        back = unpack(memoryview(pack(postings)))
        for name in ("numbers", "often", "in_head", "places"):
            assert list(getattr(back, name)) == list(getattr(postings, name))


NUMBERS = st.lists(st.integers(0, 60), unique=True).map(lambda some: np.array(sorted(some), np.int32))


@given(NUMBERS, NUMBERS)
def test_what_two_arrays_have_in_common(some, others):
    assert list(common(some, others)) == sorted(set(some.tolist()) & set(others.tolist()))


def test_what_was_unused_for_longest_goes_first():
    cache, made = Cache(100), []

    def get(key):
        return cache.get((key,), lambda: (made.append(key) or key, 40))

    for key in "ababcabc":
        assert get(key) == key
    assert made == ["a", "b", "c", "a", "b", "c"]


def test_segments_are_merged_when_there_are_enough_of_a_size():
    counts, merges, written = [], 0, 0
    for _ in range(2000):
        counts.append(1)
        while chosen := to_merge(counts):
            assert len(chosen) >= MERGED_AT_ONCE
            written += sum(counts[index] for index in chosen)
            counts = [count for index, count in enumerate(counts) if index not in chosen] + [
                sum(counts[index] for index in chosen)
            ]
            merges += 1
    assert sum(counts) == 2000
    assert len(counts) < 4 * MERGED_AT_ONCE
    assert written < 4 * 2000


def some_entries(seed, count):
    rng = random.Random(seed)
    for number in range(count):
        words = rng.choices(SYLLABLES, k=rng.randrange(1, 30))
        yield Entry(
            f"document:{number}",
            rng.choice(["paper", "law"]),
            " ".join(words[:3]),
            ". ".join(words),
            frozenset({rng.choice(["unit:1", "unit:2"])}),
            issued_on=date(2020 + rng.randrange(5), 1, 1),
        )


def has(entry, question):
    """The plain way to tell whether an entry is found: a phrase of folded words in one of its parts."""
    wanted = f" {' '.join(map(text.fold, text.words(question)))} "
    return any(wanted in f" {' '.join(map(text.fold, text.words(part)))} " for part in entry.parts())


@pytest.mark.parametrize("seed", range(4))
def test_any_number_of_segments_answers_as_the_plain_way_does(tmp_path, monkeypatch, seed):
    monkeypatch.setattr("documents.search_whoosh.WRITER_WORDS", 100)  # a rebuild that merges
    search = WhooshSearch(tmp_path / "index")
    search.rebuild(lambda: some_entries(seed, 40))
    entries = {entry.key: entry for entry in some_entries(seed, 40)}
    rng = random.Random(seed)
    for round_number in range(12):
        changed = [entry for entry in some_entries(100 + round_number, 60) if rng.random() < 0.2]
        gone = rng.sample(sorted(entries), 3)
        kept = [entry for entry in changed if entry.key not in gone]
        search.update([*gone, *(entry.key for entry in changed)], lambda kept=kept: kept)
        entries = {key: entry for key, entry in entries.items() if key not in gone} | {each.key: each for each in kept}
    assert sorted(search.keys()) == sorted(entries)
    mine = [entry for entry in entries.values() if entry.labels & LABELS]
    for _ in range(40):
        words = rng.choices(SYLLABLES, k=rng.randrange(1, 4))
        filters = Filters(kinds=frozenset({"law"})) if rng.random() < 0.5 else Filters()
        found = {each.key for each in mine if not filters or each.kind == "law"}
        every = {key for key in found if all(has(entries[key], word) for word in words)}
        phrase = {key for key in found if has(entries[key], " ".join(words))}
        for question, keys in ((" ".join(words), every), (f'"{" ".join(words)}"', phrase)):
            results = search.search(Query(question, LABELS, filters, limit=100))
            assert {hit.key for hit in results.hits} == keys
            assert results.total == len(keys)
            assert sum(count for _, count in results.facets["year"]) == len(keys)


def test_a_damaged_file_is_said_or_does_no_harm(tmp_path):
    search = WhooshSearch(tmp_path / "index")
    search.rebuild(lambda: some_entries(1, 30))
    files = sorted(path for path in search.root.glob("index-*/MAIN_*") if path.stat().st_size)
    rng, said = random.Random(5), 0
    for _ in range(120):
        path = rng.choice(files)
        good = path.read_bytes()
        bad = bytearray(good)
        if rng.random() < 0.4:
            del bad[rng.randrange(len(bad)) :]
        else:
            for _ in range(rng.randrange(1, 20)):
                bad[rng.randrange(len(bad))] = rng.randrange(256)
        path.write_bytes(bad)
        damaged = WhooshSearch(search.root)
        try:
            damaged.search(Query('hòa "bình ủy" quý*', LABELS))
            damaged.suggest("hòa b", LABELS)
        except SearchBroken:
            said += 1
        path.write_bytes(good)
    assert said > 40
    assert WhooshSearch(search.root).count() == 30
