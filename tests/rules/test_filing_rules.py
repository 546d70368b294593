"""Rules of files: the table of their life, what a form or a table of one's own may say, when they are handed over."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from documents.retention_rules import Retention
from ecabinet.filing import destroying_rules, life_rules, list_rules
from ecabinet.filing.destroying_rules import Verdict
from ecabinet.filing.file_rules import LENGTHS, facts_of, natural
from ecabinet.filing.life_rules import TABLE, FileAct, FilePart, FileState, Nearness, after, hand_over_by, may, nearness

FORM = {"year": "2026", "notation": "01.TH", "title": "Hồ sơ", "retention": "06"}
EVERY = frozenset(FilePart)


@given(acts=st.lists(st.sampled_from(FileAct), max_size=30), parts=st.frozensets(st.sampled_from(FilePart)))
def test_no_sequence_of_acts_leaves_the_table(acts: list[FileAct], parts: frozenset[FilePart]) -> None:
    state = life_rules.BEGINNING
    for act in acts:
        if not may(act, state, parts):
            with pytest.raises(Problem):
                after(act, state, parts)
            continue
        following = after(act, state, parts)
        assert following == (TABLE[act].to or state)
        state = following
    assert state in set(FileState)


def test_what_is_over_stays_so() -> None:
    for state in life_rules.OVER:
        assert not any(may(act, state, EVERY) for act in FileAct)
    assert [act for act in FileAct if may(act, FileState.ACCEPTED, EVERY)] == [FileAct.DESTROY]


@pytest.mark.parametrize(
    ("part", "acts"),
    [
        (FilePart.READER, set()),
        (FilePart.ARCHIVIST, {FileAct.ACCEPT, FileAct.RETURN}),
        (FilePart.LEADER, {FileAct.CHECK, FileAct.DESTROY}),
    ],
)
def test_who_may_do_what(part: FilePart, acts: set[FileAct]) -> None:
    assert {act for act, step in TABLE.items() if part in step.by} == acts


@pytest.mark.parametrize(("days", "near"), [(31, None), (30, Nearness.SOON), (0, Nearness.SOON), (-1, Nearness.LATE)])
def test_how_near_the_hand_over_is(days: int, near: Nearness | None) -> None:
    today = date(2026, 11, 22)
    due = today + timedelta(days=days)
    assert nearness(FileState.CLOSED, due, today) == near
    assert nearness(FileState.HANDED_OVER, due, today) is None
    assert nearness(FileState.OPEN, None, today) is None


@pytest.mark.parametrize(
    ("ended", "due"), [(date(2026, 11, 22), date(2027, 11, 22)), (date(2028, 2, 29), date(2029, 2, 28))]
)
def test_a_year_after_the_end(ended: date, due: date) -> None:
    assert hand_over_by(ended) == due


def test_a_sound_form() -> None:
    facts = facts_of(FORM | {"retention": "07", "keep_years": "15", "starts_on": "2026-01-05", "in_charge": "7"})
    assert (facts.retention, facts.keep_years, facts.starts_on) == (Retention.OTHER, 15, date(2026, 1, 5))
    assert (facts.in_charge_id, facts.language) == (7, "Tiếng Việt")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"notation": " \t"}, "notation", "missing"),
        ({"year": "26"}, "year", "not_in_range"),
        ({"year": "²026"}, "year", "not_in_range"),
        ({"retention": "08"}, "retention", "unknown_choice"),
        ({"retention": "07"}, "keep_years", "not_in_range"),
        ({"retention": "07", "keep_years": "0", "keep_words": "đến khi hết hiệu lực"}, "keep_years", "not_in_range"),
        ({"starts_on": "5/1/2026"}, "starts_on", "not_a_day"),
        ({"starts_on": "2026-02-30"}, "starts_on", "not_a_day"),
        ({"starts_on": "2026-02-02", "ended_on": "2026-02-01"}, "ended_on", "ends_before_it_starts"),
        *(({name: "x" * (limit + 1)}, name, "too_long") for name, limit in LENGTHS.items()),
    ],
)
def test_faults_of_a_form(changes: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        facts_of(FORM | changes)
    assert refused.value.faults[field].code == code


def test_each_field_takes_as_much_as_annex_vi_says() -> None:
    facts_of(FORM | {name: "x" * limit for name, limit in LENGTHS.items()})


def test_notations_sort_as_people_count() -> None:
    assert sorted(["10.TH", "2.TH", "1.VP", "02.VP"], key=natural) == ["1.VP", "2.TH", "02.VP", "10.TH"]


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("Vĩnh viễn", {"retention": "01"}),
        ("VV", {"retention": "01"}),
        ("10 năm", {"retention": "06"}),
        ("70", {"retention": "02"}),
        ("06", {"retention": "06"}),
        ("15 năm", {"retention": "07", "keep_years": "15"}),
        ("Đến khi văn bản hết hiệu lực", {"retention": "07", "keep_words": "Đến khi văn bản hết hiệu lực"}),
        ("", {"retention": ""}),
    ],
)
def test_retention_as_people_write_it(words: str, fields: dict[str, str]) -> None:
    assert list_rules.retention_of(words) == fields


def test_the_sample_is_understood() -> None:
    columns = list_rules.guess(list_rules.SAMPLE[0])
    assert set(columns.values()) == {"heading", "notation", "title", "retention", "in_charge", "remark"}
    row = list_rules.row_of(list_rules.SAMPLE[1], columns)
    assert facts_of(row | {"year": "2027"}).retention == Retention.FOR_EVER
    assert list_rules.is_heading(list_rules.row_of(("", "", "II. Công tác cán bộ", "", "", ""), columns))
    assert list_rules.day_of("5/1/2027") == "2027-01-05"
    assert list_rules.day_of("31/2/2027") == "31/2/2027"


def test_a_council_says_something_of_each_file_and_destroys_none_too_early() -> None:
    assert destroying_rules.check_verdicts({1: True, 2: False}, {1: "destroy", 2: "keep"}) == {
        1: Verdict.DESTROY, 2: Verdict.KEEP,
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        destroying_rules.check_verdicts({1: True, 2: False}, {1: "burn", 2: "destroy"})
    assert {name: fault.code for name, fault in refused.value.faults.items()} == {
        "verdict-1": "verdict_missing", "verdict-2": "still_kept",
    }  # fmt: skip
    today = date(2026, 11, 22)
    assert destroying_rules.is_over(FileState.ACCEPTED, today - timedelta(days=1), today)
    assert not destroying_rules.is_over(FileState.ACCEPTED, today, today)
    assert not destroying_rules.is_over(FileState.ACCEPTED, None, today)
    assert not destroying_rules.is_over(FileState.CHECKED, date(2000, 1, 1), today)
