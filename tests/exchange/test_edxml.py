"""Packages written and read: nothing is lost on the way, the structure is that of the regulation."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from documents.errors import Invalid, Problem
from ecabinet.exchange import edxml, edxml_reading, package_values
from ecabinet.exchange.package_rules import (
    Attachment,
    Business,
    Header,
    Organ,
    Package,
    Reference,
    Status,
    StatusCode,
    Trace,
    check_name,
    document_id,
    is_organ,
    line,
    type_number,
)
from tests.exchange.packages import DAY, ID, OURS, SENDER, header, package, recall, status

SCHEMA = etree.XMLSchema(etree.parse(Path(edxml.__file__).with_name("edxml.xsd")))


def text(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """A text as it travels, with all that Unicode has."""
    letters = st.text(st.characters(codec="utf-8"), max_size=min(most, 30))
    return letters.map(line).map(lambda value: value or "x" * least)


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
MOMENTS = st.datetimes(datetime(1976, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)
CODES = st.from_regex(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}", fullmatch=True).filter(str.isascii)
ORGANS = st.builds(Organ, CODES, text(200, 1), text(200), text(250), text(100), text(20), text(20), text(100))
REFERENCES = st.builds(Reference, CODES, text(40), DAYS, text(100, 1))
AMOUNTS = st.none() | st.integers(0, 999)
HEADERS = st.builds(
    Header, ORGANS, st.lists(ORGANS, min_size=1, max_size=3).map(tuple), text(11), text(30), DAYS, text(100, 1),
    text(500, 1), place=text(50), type_number=st.integers(0, 99), content=text(500), competence=text(100),
    signer_position=text(100), signer_name=text(50), due_on=st.none() | DAYS,
    to_places=st.lists(text(200, 1), max_size=4).map(tuple), priority=st.integers(0, 9), issued_amount=AMOUNTS,
    page_amount=AMOUNTS, response_for=st.lists(REFERENCES, max_size=2).map(tuple), steering=st.integers(0, 3),
    business=st.sampled_from(Business), reason=text(500),
    about=st.lists(text(60, 1), min_size=1, max_size=2).map(tuple),
    traces=st.lists(st.builds(Trace, CODES, MOMENTS), max_size=3).map(tuple), document_id=text(100, 1),
).map(lambda one: one if one.business != Business.NEW else Header(**vars(one) | {"about": ()}))  # fmt: skip
STATUSES = st.builds(Status, REFERENCES, ORGANS, st.sampled_from(StatusCode), MOMENTS, text(500), text(100))
NAMES = text(100, 1).filter(lambda name: name.strip(" .") and not set(name) & set("/\\") and name.isprintable())
FILES = st.lists(
    st.tuples(NAMES, st.binary(min_size=1, max_size=200), text(50)), max_size=3
).map(lambda files: tuple(Attachment(f"file-{n}", name, "application/pdf", content, said)
                          for n, (name, content, said) in enumerate(files)))  # fmt: skip


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.builds(Package, HEADERS | STATUSES, FILES))
def test_what_was_written_is_read_again(one: Package) -> None:
    root = etree.fromstring(etree.tostring(edxml.write(one)))
    assert edxml_reading.read(root) == one
    assert SCHEMA.validate(root), SCHEMA.error_log
    plain = package_values.dumped(one.said)
    read = package_values.header if isinstance(one.said, Header) else package_values.status
    assert read(plain) == one.said


def test_the_structure_is_that_of_the_regulation() -> None:
    root = edxml.write(package())
    assert SCHEMA.validate(root), SCHEMA.error_log
    written = etree.tostring(root).decode()
    assert '<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016">' in written
    assert "<edXML:DocumentId>000.00.00.H41,2026/11/20,15/QĐ-UBND</edXML:DocumentId>" in etree.tostring(
        root, encoding="unicode"
    )
    assert "<AttachmentEncoded><Attachment><ContentType>" in written
    assert "<edXML:BussinessDocType>0</edXML:BussinessDocType>" in written


def test_a_package_of_another_writer_is_read() -> None:
    """Other names and orders that are met: the manifest's older name, ids with "cid:", dates with hyphens."""
    root = edxml.write(package())
    manifest = root.find(f".//{{{edxml.NS}}}Manifest")
    manifest.tag = f"{{{edxml.NS}}}edXMLManifest"
    manifest[0].find(f"{{{edxml.NS}}}ContentId").text = "cid:file-1"
    message = root.find(f".//{{{edxml.NS}}}MessageHeader")
    message.insert(0, message[-1])  # the id of the document comes first
    root.find(f".//{{{edxml.NS}}}PromulgationDate").text = "2026-11-20"
    assert edxml_reading.read(root) == package()


@pytest.mark.parametrize(
    "said",
    [
        header(subject="x" * 501), header(code_number="1" * 12), header(to=()), header(to=(OURS,) * 201),
        header(sender=Organ("H41", "Nghệ An")), header(sender=Organ(SENDER.organ_id, "")), header(document_id=""),
        header(business=Business.RECALL), header(page_amount=1000), header(to_places=("x" * 600,) * 2),
    ],
    ids=["subject", "number", "nobody", "crowd", "code", "nameless", "id", "about", "pages", "places"],
)  # fmt: skip
def test_what_may_not_be_written_is_named(said: Header) -> None:
    with pytest.raises(Invalid):
        edxml.write(Package(said))


@pytest.mark.parametrize(
    "name", ["../a.pdf", "a/b.pdf", "C:\\a.pdf", "..", "", "a\x00.pdf", "a\u202efdp.exe", "x" * 201]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(Problem, match="package_name"):
        check_name(name)


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("000.00.00.H41", True),
        ("000.00.00.G22", True),
        ("H41", False),
        ("000.00.00.h41", False),
        ("٠٠٠.00.00.H41", False),
    ],
)
def test_codes_of_organisations(code: str, is_one: bool) -> None:
    assert is_organ(code) is is_one


def test_ids_and_types() -> None:
    assert document_id("000.00.00.H41", DAY, "15/QĐ-UBND") == ID
    assert [type_number(code) for code in ("NQ", "CV", "thư")] == [1, 18, 0]
    assert edxml_reading.read(edxml.write(recall())).said.about == (ID,)  # type: ignore[union-attr]
    assert edxml_reading.read(edxml.write(recall(Business.REPLACE))).said.about == (ID,)  # type: ignore[union-attr]
    assert edxml_reading.read(edxml.write(status(StatusCode.DONE))) == status(StatusCode.DONE)
