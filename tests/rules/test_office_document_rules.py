"""The fields of annex VI: lengths, days, choices; when two entries are one paper."""

from datetime import date

import pytest

from documents.errors import Invalid
from ecabinet.office.document_rules import LENGTHS, Urgency, code_of, facts_of, sameness

TODAY = date(2026, 11, 22)
FORM = {
    "code_number": "15", "code_notation": "QĐ-UBND", "type_code": "QĐ", "issued_on": "2026-11-20",
    "organ_name": "UBND tỉnh", "subject": "  Về   việc ", "arrived_on": "2026-11-22",
}  # fmt: skip


def faults(**changes: str) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        facts_of(FORM | changes, {"QĐ"}, TODAY)
    return {field: fault.code for field, fault in refused.value.faults.items()}


def test_a_sound_entry() -> None:
    facts = facts_of(FORM | {"urgency": "flash", "page_amount": "12"}, {"QĐ"}, TODAY)
    assert (facts.subject, facts.page_amount, facts.due_on) == ("Về việc", 12, None)
    assert facts.urgency == Urgency.FLASH


@pytest.mark.parametrize("field", LENGTHS)
def test_no_field_is_cut(field: str) -> None:
    whole = facts_of(FORM | {field: "x" * LENGTHS[field]}, {"QĐ"}, TODAY)
    assert len(getattr(whole, field)) == LENGTHS[field]
    assert faults(**{field: "x" * (LENGTHS[field] + 1)}) == {field: "too_long"}


def test_every_fault_is_named_at_once() -> None:
    assert faults(
        type_code="", organ_name=" ", subject="", issued_on="", arrived_on="x", page_amount="-1", urgency="now",
        secrecy="top",
    ) == {
        "type_code": "missing", "organ_name": "missing", "subject": "missing", "issued_on": "missing",
        "arrived_on": "not_a_day", "page_amount": "not_in_range", "urgency": "unknown_choice",
        "secrecy": "unknown_choice",
    }  # fmt: skip
    assert faults(type_code="XX") == {"type_code": "no_such_type"}
    assert faults(issued_on="2026-11-23") == {"issued_on": "issued_after_arrival"}
    assert faults(arrived_on="2026-11-23") == {"arrived_on": "date_to_come"}
    assert faults(due_on="2026-11-21") == {"due_on": "due_before_arrival"}
    assert faults(due_on="2099-01-01") == {"due_on": "task_too_far"}


@pytest.mark.parametrize(
    ("number", "notation", "code"),
    [
        ("15", "QĐ-UBND", "15/QĐ-UBND"),
        ("245", "CV/TWĐTN-VP", "245-CV/TWĐTN-VP"),
        ("07", "2026/NĐ-CP", "07/2026/NĐ-CP"),
        ("", "BXD-KHCN", "BXD-KHCN"),
        ("3", "", "3"),
    ],
)
def test_number_and_notation_as_they_stand_on_the_paper(number: str, notation: str, code: str) -> None:
    assert code_of(number, notation) == code


def test_one_paper_typed_twice() -> None:
    one = sameness("15", "QĐ-UBND", "Ủy ban nhân dân tỉnh")
    assert sameness("\t015 ", "qđ - ubnd", "Uỷ ban Nhân dân  tỉnh") == one
    assert sameness("16", "QĐ-UBND", "Ủy ban nhân dân tỉnh") != one
    assert sameness("15", "QĐ-UBND", "Bộ Nội vụ") != one
    assert sameness("", "QĐ-UBND", "Bộ Nội vụ") == ""
