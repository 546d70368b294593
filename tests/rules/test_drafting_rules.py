"""Drafts on paper: what a form says, how that is printed, tags of templates, what the check of form finds."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid
from ecabinet.drafting import form_rules, template_rules
from ecabinet.drafting.form_lines import Laid, Line
from ecabinet.drafting.form_rules import Component, What
from ecabinet.drafting.paper_rules import Authority, Paper, Part, content_of, context_of, part, sheet_of
from ecabinet.printing import forms
from ecabinet.printing.sheets import Form
from tests.drafting_people import KINDS, SUBJECT, paper

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("authority", "over", "position"),
    [("own", "", "BÍ THƯ"), ("behalf", "TM. BAN THƯỜNG VỤ", "BÍ THƯ"), ("deputy", "KT. BAN THƯỜNG VỤ", "BÍ THƯ"),
     ("order", "TL. BAN THƯỜNG VỤ", "BÍ THƯ"), ("mandate", "TUQ. BAN THƯỜNG VỤ", "BÍ THƯ"),
     ("acting", "", "Q. BÍ THƯ")],
)  # fmt: skip
def test_authority(authority: str, over: str, position: str) -> None:
    made = paper(Form.UNION, "CV", authority=Authority(authority))
    assert (made.authority, made.position) == (over, position)


@pytest.mark.parametrize(
    ("line", "printed"),
    [("Điều 1. Ban hành", Part("Điều 1. ", "Ban hành")), ("II. TỔ CHỨC", Part("II. TỔ CHỨC", "")),
     ("1. Mục đích", Part("", "1. Mục đích")), ("- Một ý", Part("", "- Một ý")),
     ("Điều lệ Đoàn", Part("", "Điều lệ Đoàn"))],
    ids=["article", "part", "number", "dash", "words"],
)  # fmt: skip
def test_what_is_bold(line: str, printed: Part) -> None:
    assert part(line) == printed


@given(st.dictionaries(st.sampled_from([
    "type_code", "subject", "body", "grounds", "addressees", "recipients", "superior", "drafter", "place", "authority",
    "authority_of", "position", "signer_id", "urgency", "secrecy", "due_on",
]), st.text(max_size=40)))  # fmt: skip
def test_any_form_is_read_or_refused_by_its_fields(values: dict[str, str]) -> None:
    try:
        said = content_of(values, KINDS, TODAY)
    except Invalid as invalid:
        named = set(invalid.faults) - {"type_code", "subject", "authority_of"}
        assert named <= set(values)
    else:
        assert said.subject
        assert said.type_code in KINDS
        sheet_of(Paper(Form.UNION, said.type_code, "Đơn vị", "CV/X", "", "2026", said))


@pytest.mark.parametrize(
    ("texts", "tags"),
    [
        (["{{ TRICH_YEU }}", "{%p for DONG in CAN_CU %}", "{{ DONG }}", "{%p endfor %}"], []),
        (["{{ DOAN.DAU }}", "{%p for DOAN in NOI_DUNG %}{{ DOAN.LOI }}{%p endfor %}"], []),
        (["{%p if KINH_GUI|length > 1 %}", "x", "{%p else %}", "{%p endif %}"], []),
        (["{{ TRICHYEU }}"], ["{{ TRICHYEU }}"]),
        (["Số {{ KY_HIEU"], ["{{"]),
        (["{% for DONG in CAN_CU %}"], ["{% for DONG in CAN_CU %}"]),
        (["{% endfor %}"], ["{% endfor %}"]),
        (["{{ CO_QUAN.__class__ }}"], ["{{ CO_QUAN.__class__ }}"]),
        (["{% import 'x' as y %}"], ["{% import 'x' as y %}"]),
        (["{{ NGUOI_KY() }}"], ["{{ NGUOI_KY() }}"]),
        (["{{ CAN_CU[0] }}"], ["{{ CAN_CU[0] }}"]),
        (["{{ }}"], ["{{ }}"]),
        (["{{ 1 + }}"], ["{{ 1 + }}"]),
    ],
    ids=["loop", "parts", "else", "unknown", "half", "open", "close", "inside", "import", "call", "item", "empty",
         "broken"],
)  # fmt: skip
def test_tags_of_a_template(texts: list[str], tags: list[str]) -> None:
    found = template_rules.faults_of(texts)
    assert [fault.tag for fault in found] == tags
    assert all(fault.place == 1 for fault in found)


def laid(made: Paper) -> Laid:
    """A paper as it is read from a file: the two columns of its head one after the other."""
    sheet = sheet_of(made)
    head = [made.content.superior.upper(), made.issuer.upper(), forms.LAYOUTS[made.form].under_issuer,
            forms.number_line(sheet.head), forms.letter_summary(sheet.title)]  # fmt: skip
    right = [*(words for words, _face in forms.LAYOUTS[made.form].heading), forms.place_line(sheet.head)]
    context = context_of(made)
    body = [*forms.addressees(sheet), *context["CAN_CU"], *(one["DAU"] + one["LOI"] for one in context["NOI_DUNG"])]
    title = [made.kind.upper(), made.content.subject] if made.kind else []
    foot = [made.authority, made.position, made.signer]
    columns = [("left", head), ("right", right), ("", [*title, *body]),
               ("left", ["Nơi nhận:", *forms.recipients(sheet)]), ("right", foot)]  # fmt: skip
    rows = [(side, text) for side, texts in columns for text in texts if text]
    return Laid(tuple(Line(text, number, side=side) for number, (side, text) in enumerate(rows, 1)))


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("type_code", KINDS)
def test_a_sound_paper_has_no_faults(form: Form, type_code: str) -> None:
    made = paper(form, type_code)
    assert form_rules.check(laid(made), made) == ()


def _without(found: Laid, words: str, instead: str | None = None) -> Laid:
    rows = [replace(line, text=instead) if instead is not None and words in line.text else line for line in found.lines]
    return Laid(tuple(line for line in rows if instead is not None or words not in line.text))


@pytest.mark.parametrize(
    ("words", "instead", "component", "what"),
    [
        ("ĐOÀN TNCS HỒ CHÍ MINH", None, Component.HEADING, What.MISSING),
        ("ĐOÀN TNCS HỒ CHÍ MINH", "Đoàn TNCS Hồ Chí Minh", Component.HEADING, What.WRONG),
        ("ĐOÀN TNCS HỒ CHÍ MINH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Component.HEADING, What.WRONG),
        ("BAN CHẤP HÀNH", None, Component.ISSUER, What.MISSING),
        ("***", None, Component.ISSUER, What.MISSING),
        ("Số:", None, Component.NUMBER, What.MISSING),
        ("Số:", "Số:      /QĐ-TWĐTN", Component.NUMBER, What.WRONG),
        (", ngày", None, Component.PLACE, What.MISSING),
        (", ngày", "Huế, ngày      tháng      năm 2026", Component.PLACE, What.WRONG),
        (", ngày", "Hà Nội, ngày 5 tháng 3 năm 2026", Component.PLACE, What.WRONG),
        ("QUYẾT ĐỊNH", "QUYỄT ĐỊNH", Component.KIND, What.WRONG),
        (SUBJECT, None, Component.SUMMARY, What.MISSING),
        ("Điều", None, Component.BODY, What.MISSING),
        ("Điều 2.", "Điều 3. Thi hành quyết định này.", Component.BODY, What.WRONG),
        ("TM.", None, Component.AUTHORITY, What.MISSING),
        ("TM.", "TM BAN THƯỜNG VỤ", Component.AUTHORITY, What.WRONG),
        ("BÍ THƯ", "PHÓ BÍ THƯ THỨ NHẤT HĐ", Component.POSITION, What.MISSING),
        ("Nguyễn Văn An", None, Component.SIGNER, What.MISSING),
        ("Nơi nhận:", None, Component.RECIPIENTS, What.MISSING),
        ("Nơi nhận:", "NƠI NHẬN", Component.RECIPIENTS, What.WRONG),
        ("- ", None, Component.RECIPIENTS, What.MISSING),
    ],
    ids=str,
)
def test_each_missing_or_wrong_component_is_named(
    words: str, instead: str | None, component: Component, what: What
) -> None:
    made = paper(Form.UNION, "QĐ")
    if component == Component.POSITION:
        made = replace(made, content=replace(made.content, position="Chánh Văn phòng"))
        words = "CHÁNH"
    if component == Component.BODY and instead is None:
        made = replace(made, content=replace(made.content, grounds=""))
    found = form_rules.check(_without(laid(made), words, instead), made)
    assert (component, what) in {(fault.component, fault.what) for fault in found}
    assert form_rules.needs_reason(found)
    assert all(fault.number for fault in found if fault.what == What.WRONG)


def test_where_a_fault_stands_and_what_order_it_has() -> None:
    made = paper(Form.STATE, "TB")
    lines = list(laid(made).lines)
    name = next(line for line in lines if line.text == "Nguyễn Văn An")
    moved = Laid((name, *(line for line in lines if line is not name)))
    orders = [fault for fault in form_rules.check(moved, made) if fault.what == What.ORDER]
    assert [fault.component for fault in orders] == [Component.SIGNER]


def test_looks_are_hints_that_need_no_reason() -> None:
    made = paper(Form.UNION, "CV")
    strange = Laid(tuple(replace(line, font="Arial") for line in laid(made).lines), (10.0, 10.0, 10.0, 10.0))
    found = form_rules.check(strange, made)
    assert {fault.component for fault in found} == {Component.FONT, Component.MARGINS}
    assert not form_rules.needs_reason(found)


@given(st.lists(st.tuples(st.text(max_size=60), st.sampled_from(["", "left", "right"])), max_size=30))
def test_any_paper_is_checked(rows: list[tuple[str, str]]) -> None:
    made = paper(Form.STATE, "NQ")
    found = form_rules.check(Laid(tuple(Line(text, n, side=side) for n, (text, side) in enumerate(rows, 1))), made)
    assert form_rules.needs_reason(found)
