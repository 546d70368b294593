"""Drafts as files: six types in both forms filled in, read back and checked; templates and papers of strangers."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from docx import Document

from documents import office
from documents.errors import Problem
from documents.media import PDF
from ecabinet.drafting import filling, form_rules, papers, template_store, templates
from ecabinet.drafting.filling import BrokenTemplate
from ecabinet.drafting.paper_rules import sheet_of
from ecabinet.printing import pdf
from ecabinet.printing.sheets import Form
from ecabinet.signing import places, prepare
from tests.drafting_people import KINDS, SUBJECT, paper
from tests.office_people import TODAY

AT = datetime(2026, 11, 22, tzinfo=UTC)


def template(tag: str, instead: str, form: Form = Form.UNION, type_code: str = "QĐ") -> bytes:
    """The product's own with one text changed, as in a word processor."""
    document = Document(io.BytesIO(templates.own(form, type_code, KINDS[type_code])))
    for text in document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"):
        text.text = (text.text or "").replace(tag, instead)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("type_code", KINDS)
def test_six_types_in_both_forms(form: Form, type_code: str) -> None:
    made = paper(form, type_code)
    file = filling.fill(templates.own(form, type_code, KINDS[type_code]), templates.filled(made))
    found = filling.read(file)
    assert form_rules.check(found, made) == ()
    text = " ".join(" ".join(line.text.split()) for line in found.lines)
    heading = "ĐOÀN TNCS HỒ CHÍ MINH" if form == Form.UNION else "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập"
    order = [made.issuer.upper(), "***" if form == Form.UNION else "", "Số:", heading, ", ngày",
             KINDS[type_code].upper(), "QUYẾT" if type_code in {"NQ", "QĐ"} else "Phát huy", "Nơi nhận:",
             "TM. BAN THƯỜNG VỤ", "BÍ THƯ", "Nguyễn Văn An"]  # fmt: skip
    places_in_text = [text.index(words) for words in order if words]
    assert places_in_text == sorted(places_in_text)
    summary = next(line for line in found.lines if SUBJECT[:10] in line.text)
    if not KINDS[type_code]:  # under the number, of the Union in italics
        assert summary.side == "left"
        assert summary.italic is (form == Form.UNION)
    if type_code not in {"NQ", "QĐ"}:
        assert "& không phô trương <hình thức>" in text


@pytest.mark.parametrize("form", list(Form))
def test_the_pdf_says_the_same_and_has_room_for_the_signature(form: Form) -> None:
    made = paper(form, "CV")
    printed = pdf.render(sheet_of(made), AT)
    assert form_rules.check(papers.laid(printed, PDF), made) == ()
    found = places.find(printed, [made.signer])
    assert "signer-1" not in found.missing
    assert "number" not in found.missing
    assert b"signer-1" in prepare.prepare(printed, found)


def test_the_word_file_becomes_such_a_pdf(tmp_path: Path) -> None:
    made = paper(Form.UNION, "QĐ")
    source, target = tmp_path / "draft.docx", tmp_path / "draft.pdf"
    source.write_bytes(filling.fill(templates.own(Form.UNION, "QĐ", KINDS["QĐ"]), templates.filled(made)))
    office.to_pdf(source, target)
    assert form_rules.check(papers.laid(target.read_bytes(), PDF), made) == ()
    assert len(pypdfium2.PdfDocument(target)) == 1


@pytest.mark.parametrize(
    ("tag", "instead", "named"),
    [("{{ QUYET }}", "{{ QUYET_DINH }}", "{{ QUYET_DINH }}"), ("{%p endfor %}", "", "{%p for DONG in CAN_CU %}")],
    ids=["unknown", "open"],
)  # fmt: skip
def test_a_broken_template_is_refused_by_its_field(tag: str, instead: str, named: str) -> None:
    with pytest.raises(BrokenTemplate) as broken:
        template_store.try_out(template(tag, instead), Form.UNION, "QĐ", "Quyết định", TODAY)
    assert named in {fault.tag for fault in broken.value.faults}
    assert all(fault.place > 0 for fault in broken.value.faults)


def test_a_template_changed_in_a_word_processor_is_used() -> None:
    own = template("Nơi nhận:", "Nơi nhận: (theo danh sách)")
    template_store.try_out(own, Form.UNION, "QĐ", "Quyết định", TODAY)
    file = filling.fill(own, templates.filled(paper(Form.UNION, "QĐ")))
    assert "Nơi nhận: (theo danh sách)" in {line.text for line in filling.read(file).lines}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b"<" * (300 * 1024**2))
        parts.writestr("[Content_Types].xml", b"<Types/>")
    return out.getvalue()


def test_what_is_no_word_file() -> None:
    file = b"PK\x03\x04 broken"
    with pytest.raises(Problem, match="file_unreadable"):
        template_store.try_out(file, Form.STATE, "CV", "Công văn", TODAY)
    with pytest.raises(Problem, match="file_unreadable"):
        filling.read(file)


def test_a_bomb_is_refused() -> None:
    with pytest.raises(Problem, match="file_unreadable"):
        filling.read(bomb())


def test_templates_are_the_same_each_time() -> None:
    for form in Form:
        assert templates.own(form, "KH", "Kế hoạch") == templates.own(form, "KH", "Kế hoạch")
