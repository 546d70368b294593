"""How numbers are written and what may become of them: the worked examples of the two forms."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Problem
from ecabinet.office.numbering_rules import (
    NUMBER_STEPS,
    Direction,
    Every,
    IssuerKind,
    NumberAct,
    NumberState,
    Period,
    Remark,
    TermDays,
    after,
    check_form,
    period_of,
    remarks_on,
    split_code,
    written,
)
from ecabinet.office.profiles import DEFAULT, PROFILES

UNION, STATE = PROFILES["union"], PROFILES["state"]
OUT, IN = Direction.OUTGOING, Direction.INCOMING
YEAR = Period("2026", date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("profile", "number", "type_code", "organ", "drafter", "issuer", "text"),
    [
        ("state", 15, "QĐ", "UBND", "", IssuerKind.UNIT, "15/QĐ-UBND"),
        ("state", 5, "QĐ", "UBND", "", IssuerKind.UNIT, "05/QĐ-UBND"),
        ("state", 88, "CV", "UBND", "VX", IssuerKind.UNIT, "88/UBND-VX"),
        ("state", 3, "SL", "UBND", "", IssuerKind.UNIT, "03/SL-UBND"),
        ("union", 245, "CV", "TWĐTN", "VP", IssuerKind.UNIT, "245-CV/TWĐTN-VP"),
        ("union", 367, "QĐ", "TWĐTN", "VP", IssuerKind.UNIT, "367-QĐ/TWĐTN-VP"),
        ("union", 1, "NQ", "TWĐTN", "", IssuerKind.UNIT, "01-NQ/TWĐTN"),
        ("union", 7, "KL", "UBKT", "", IssuerKind.BODY, "07-KL/UBKT"),
        ("union", 12, "BC", "", "", IssuerKind.CONGRESS, "12-BC/ĐH"),
        ("union", 13, "NQ", "TWĐTN", "VP", IssuerKind.CONGRESS, "13-NQ/ĐH"),
    ],
)
def test_worked_examples(
    profile: str, number: int, type_code: str, organ: str, drafter: str, issuer: IssuerKind, text: str
) -> None:
    rule = PROFILES[profile].rule_for(OUT, type_code, issuer)
    made = written(rule.form, PROFILES[profile].digits, number, type=type_code, organ=organ, drafter=drafter)
    assert made == text


def test_which_documents_share_a_series() -> None:
    def series(profile: str, type_code: str, issuer: IssuerKind = IssuerKind.UNIT) -> tuple[str, str, Every]:
        rule = PROFILES[profile].rule_for(OUT, type_code, issuer)
        return rule.name, rule.series_type(type_code), rule.period

    assert series("union", "NQ") == ("documents", "NQ", Every.TERM)
    assert series("union", "CV") == ("documents", "CV", Every.TERM)
    assert series("union", "NQ", IssuerKind.CONGRESS) == series("union", "BC", IssuerKind.CONGRESS)
    assert series("union", "NQ", IssuerKind.CONGRESS) == ("congress", "", Every.ONCE)
    assert series("state", "QĐ") == ("documents", "QĐ", Every.YEAR)
    assert series("state", "SY") == series("state", "TrS")
    for profile in PROFILES.values():
        incoming = profile.rule_for(IN, "anything", IssuerKind.UNIT)
        assert (incoming.series_type("QĐ"), incoming.period) == ("", Every.YEAR)


def test_a_profile_knows_its_types_and_takes_the_changes_of_a_unit() -> None:
    assert DEFAULT is UNION
    with pytest.raises(Problem, match="no_such_type"):
        STATE.rule_for(OUT, "TT", IssuerKind.UNIT)
    changed = UNION.changed({"documents": {"form": "{n}/{type}/{organ}", "period": "year", "each": False}})
    rule = changed.rule_for(OUT, "CV", IssuerKind.UNIT)
    assert (rule.form, rule.period, rule.series_type("CV")) == ("{n}/{type}/{organ}", Every.YEAR, "")
    assert UNION.rule("documents").period == Every.TERM


@pytest.mark.parametrize("form", ["", "{type}", "{n}-{year}", "{n", "{n}[-{organ}", "{n}" + "-" * 60, "[[{n}]]"])
def test_a_form_that_cannot_be_written_is_refused(form: str) -> None:
    with pytest.raises(Problem, match="number_form"):
        check_form(form)


def test_a_part_that_is_missing_is_named() -> None:
    with pytest.raises(Problem) as refused:
        written("{n}-{type}/{organ}[-{drafter}]", 2, 1, type="CV")
    assert (refused.value.code, refused.value.values) == ("number_lacks", {"part": "organ"})


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("15/QĐ-UBND", ("15", "QĐ-UBND")),
        ("245-CV/TWĐTN-VP", ("245", "CV/TWĐTN-VP")),
        ("07/2026/NĐ-CP", ("07", "2026/NĐ-CP")),
        ("  3 / TB-VP", ("3", "TB-VP")),
        ("QĐ-UBND", ("", "QĐ-UBND")),
        ("", ("", "")),
    ],
)
def test_number_and_notation(code: str, parts: tuple[str, str]) -> None:
    assert split_code(code) == parts


def test_a_term_runs_from_the_day_after_its_congress() -> None:
    terms = [TermDays(2, date(2027, 12, 16), None), TermDays(1, date(2022, 12, 17), None)]
    assert period_of(Every.TERM, date(2027, 12, 15), terms) == Period("term:1", date(2022, 12, 17), date(2027, 12, 15))
    assert period_of(Every.TERM, date(2027, 12, 16), terms) == Period("term:2", date(2027, 12, 16), None)
    for day, of in ((date(2022, 12, 16), terms), (date(2026, 1, 1), []),
                    (date(2026, 1, 1), [TermDays(1, date(2020, 1, 1), date(2025, 1, 1))])):  # fmt: skip
        with pytest.raises(Problem, match="no_term"):
            period_of(Every.TERM, day, of)
    assert period_of(Every.YEAR, date(2026, 7, 1)) == YEAR
    assert period_of(Every.ONCE, date(2026, 7, 1)).holds(date(1, 1, 1))


def test_dates_that_do_not_belong_are_refused_or_kept_as_exceptions() -> None:
    today, last = date(2026, 11, 22), date(2026, 11, 20)
    assert remarks_on(today, YEAR, today, last, "") == []
    assert remarks_on(date(2026, 11, 19), YEAR, today, last, "") == [Remark.BACKDATED]
    with pytest.raises(Problem, match="date_to_come"):
        remarks_on(date(2026, 11, 23), YEAR, today, last, "vì")
    with pytest.raises(Problem, match="date_outside"):
        remarks_on(date(2025, 12, 31), YEAR, today, last, "")
    assert remarks_on(date(2025, 12, 31), YEAR, today, last, "quên") == [Remark.BACKDATED, Remark.OUTSIDE]
    next_year = date(2027, 1, 4)
    with pytest.raises(Problem, match="period_over"):
        remarks_on(date(2026, 12, 31), YEAR, next_year, last, "")
    assert remarks_on(date(2026, 12, 31), YEAR, next_year, last, "cuối năm") == [Remark.CLOSED]


@given(st.lists(st.sampled_from(list(NumberAct))))
def test_no_sequence_of_acts_leaves_the_table(acts: list[NumberAct]) -> None:
    state: NumberState | None = None
    for act in acts:
        if state not in NUMBER_STEPS[act].states:
            with pytest.raises(Problem, match="number_state"):
                after(act, state)
            continue
        assert state != NumberState.VOID
        state = after(act, state)
        assert state == NUMBER_STEPS[act].to
