"""A paper made ready, signed, numbered and sealed; what each step refuses."""

import io
from datetime import timedelta

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from pyhanko.pdf_utils.reader import PdfFileReader

from documents.errors import Problem
from ecabinet.config import Config
from ecabinet.signing import engine, places, prepare, verifying
from ecabinet.signing.examining import examine
from ecabinet.signing.place_rules import How, Place
from ecabinet.signing.reports import State
from ecabinet.signing.signers import FileSigner
from ecabinet.signing.stamper import Stamper
from ecabinet.trusted import Trust
from tests.authority import NOW, Answered, issue, key_of, name, served, signer, stamping_certificate, stamps, trust
from tests.signing.conftest import NUMBER, SHOWN, Way


def shown(data: bytes, place: Place | None = None) -> str:
    """What the first page says with its fields and signatures, or what stands in one place of it."""
    with pypdfium2.PdfDocument(data) as document:
        document.init_forms()
        for one in document:
            pypdfium2.raw.FPDFPage_Flatten(one, pypdfium2.raw.FLAT_PRINT)
        out = io.BytesIO()
        document.save(out)
    with pypdfium2.PdfDocument(out.getvalue()) as flat:
        text = flat[0].get_textpage()
        if place is None:
            return str(text.get_text_range())
        return str(text.get_text_bounded(place.x0, place.y0, place.x1, place.y1)).strip()


def refused(code: str) -> object:
    return pytest.raises(Problem, check=lambda problem: problem.code == code)


def test_places_of_the_state_form(way: Way) -> None:
    found = places.find(way.plain, ["Nguyễn Thị Hằng"])
    assert found.missing == ()
    assert {place.how for place in found.named.values()} == {How.FOUND}
    assert found.day.italic
    assert not found.number.italic
    assert found.number.size == 13


def test_places_of_the_union_form(letter: bytes) -> None:
    found = places.find(letter, ["Phạm Đình Ẳng"])
    assert found.missing == ()
    assert found.number.width > 10
    assert found.signers[0].page == 0
    assert found.organisation.x0 < found.signers[0].x0


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"xin chao" * 99])
def test_what_is_no_pdf_is_named(data: bytes) -> None:
    with refused("pdf_unreadable"):
        places.find(data)
    with refused("pdf_unreadable"):
        verifying.verify(data)
    with refused("pdf_unreadable"):
        prepare.fields(data)
    with refused("pdf_unreadable"):
        engine.sign(data, "x", signer(), None, "", NOW)


def test_each_step_stands_behind_the_one_before(way: Way) -> None:
    assert way.signed.startswith(way.ready)
    assert way.numbered.startswith(way.signed)
    assert way.sealed.startswith(way.numbered)


def test_what_the_paper_shows_at_the_end(way: Way) -> None:
    found, text = places.find(way.plain), shown(way.sealed)
    assert {name: shown(way.sealed, found.named[name]) for name in NUMBER} == NUMBER
    assert "Ký bởi: Nguyễn Thị Hằng" in text
    assert "KÝ SỐ CƠ QUAN" in text


def test_the_report_tells_what_came_after(way: Way) -> None:
    (first,) = examine(way.signed, Trust()).signatures
    assert (first.holder, first.organisation, first.reason) == ("Nguyễn Thị Hằng", "Trung ương Đoàn", "Ký ban hành")
    assert (first.whole, first.holds, first.filled, first.later, first.said_at) == (True, True, {}, (), NOW)
    first, last = verifying.verify(way.sealed, trust()).signatures
    assert (first.filled, first.later, first.holds, first.whole) == (NUMBER, ("organisation",), True, False)
    assert (last.filled, last.later, last.whole, last.holds) == ({}, (), True, True)
    assert (first.state, last.state) == (State.TRUSTED, State.TRUSTED)
    assert way.sealed[: first.end] == way.signed


def test_the_first_signature_allows_filling_in_and_the_organisations_closes_it(way: Way) -> None:
    reader = PdfFileReader(io.BytesIO(way.sealed))
    first, last = reader.embedded_signatures
    assert first.docmdp_level is not None
    assert first.docmdp_level.value == 2
    assert first.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert last.fieldmdp.is_locked("number")
    assert not last.fieldmdp.is_locked("signer-1")


def test_a_number_is_written_once(way: Way) -> None:
    with refused("already_filled"):
        prepare.fill(way.numbered, {"number": "246"})
    assert prepare.fields(way.numbered) == NUMBER | {"year": ""}
    with refused("field_missing"):
        prepare.fill(way.signed, {"place": "5"})
    with refused("field_missing"):
        prepare.fill(way.plain, NUMBER)


@pytest.mark.parametrize("value", ["", "hai", "1/2", "1234567", "١٢", "5 5", "1\n2", "=1"])
def test_what_is_no_number_is_not_filled_in(way: Way, value: str) -> None:
    with refused("fill_value"):
        prepare.fill(way.signed, {"number": value})


def test_what_is_signed_is_not_made_ready_again(way: Way) -> None:
    with refused("already_signed"):
        prepare.prepare(way.signed, places.find(way.plain))
    with refused("already_signed"):
        engine.sign(way.signed, "signer-1", signer(), SHOWN, "", NOW)
    with refused("field_missing"):
        engine.sign(way.ready, "signer-9", signer(), SHOWN, "", NOW)


def test_a_paper_that_has_no_such_field_gets_one_where_it_is_told(way: Way) -> None:
    signed = engine.sign(way.plain, "extra", signer(), SHOWN, "", NOW, place=Place(0, 50, 50, 200, 110))
    again = engine.sign(signed, "unseen", signer("Trần Văn Ba"), SHOWN, "", NOW, place=Place(0, 300, 50, 450, 110))
    assert [(one.field, one.holds) for one in examine(again, Trust()).signatures] == [("extra", True), ("unseen", True)]


def test_active_content_is_gone_before_anybody_signs(way: Way) -> None:
    with pikepdf.open(io.BytesIO(way.plain)) as document:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array()))
        out = io.BytesIO()
        document.save(out)
    ready = prepare.prepare(out.getvalue(), places.find(way.plain))
    with pikepdf.open(io.BytesIO(ready)) as document:
        assert "/OpenAction" not in document.Root
        assert "/JavaScript" not in document.Root.Names


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [(timedelta(-9), timedelta(-1), "certificate_expired"), (timedelta(1), timedelta(9), "certificate_early")],
    ids=["expired", "early"],
)
def test_a_certificate_that_does_not_hold_signs_nothing(way: Way, start: timedelta, end: timedelta, code: str) -> None:
    with refused(code):
        engine.sign(way.ready, "signer-1", signer("Lê Văn Cũ", start=start, end=end), SHOWN, "", NOW)


def test_rsa_signs_and_other_keys_are_named(way: Way) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signed = engine.sign(way.ready, "signer-1", FileSigner(key, issue(name(CN="RSA"), key)), SHOWN, "", NOW)
    assert examine(signed, trust()).signatures[0].holds
    odd = ed25519.Ed25519PrivateKey.generate()
    with refused("certificate_unsuitable"):
        engine.sign(way.ready, "signer-1", FileSigner(odd, issue(name(CN="Ed"), odd)), SHOWN, "", NOW)  # type: ignore[arg-type]


def test_a_signature_of_another_key_is_not_put_in(way: Way) -> None:
    wrong = FileSigner(key_of("somebody"), signer("Nguyễn Văn An").certificate)
    with refused("signature_wrong"):
        engine.sign(way.ready, "signer-1", wrong, SHOWN, "", NOW)


def test_a_service_states_the_time(way: Way) -> None:
    stated = NOW + timedelta(minutes=3)
    with stamps(stated) as url:
        stamped = engine.sign(way.ready, "signer-1", signer(), SHOWN, "", NOW, Stamper(url))
    (known,) = examine(stamped, trust()).signatures
    assert known.stamp is not None
    assert (known.stamp.at, known.stamp.trusted, known.at) == (stated, True, stated)
    assert known.stamp.by == "Dịch vụ dấu thời gian thử nghiệm"
    (unknown,) = examine(stamped, Trust((stamping_certificate(),))).signatures
    assert unknown.stamp is not None
    assert not unknown.stamp.trusted
    assert unknown.holds


@pytest.mark.parametrize(
    "reply",
    [Answered(503, "text/plain", b"busy"), Answered(200, "text/html", b"<p>"),
     Answered(200, "application/timestamp-reply", b"\x30\x00")],
    ids=["busy", "page", "nonsense"],
)  # fmt: skip
def test_without_an_answer_of_the_service_nothing_is_signed(way: Way, reply: Answered) -> None:
    with served(lambda *_asked: reply) as url, refused("tsa_failed"):
        engine.sign(way.ready, "signer-1", signer(), SHOWN, "", NOW, Stamper(url))
    with refused("tsa_failed"):
        engine.sign(way.ready, "signer-1", signer(), SHOWN, "", NOW, Stamper(url))


def test_the_office_signs_with_what_it_has(config: Config, way: Way) -> None:
    sealed = engine.seal(way.numbered, config, NOW, "Phát hành")
    first, last = examine(sealed, Trust()).signatures
    assert (first.holds, last.holds, last.state) == (True, True, State.SELF_MADE)
    assert "tự tạo" in last.holder
