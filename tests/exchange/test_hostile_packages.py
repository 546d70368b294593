"""Strangers' packages: each attack meets a refusal with a name, and signatures are worth what they are."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from documents.errors import Problem
from ecabinet.certificates import Identity
from ecabinet.exchange import opening, package_child
from ecabinet.exchange.opening import Opened, open_package
from ecabinet.exchange.package_rules import Fault, Signature
from tests.exchange.packages import PDF, SENDER, attachment, identity, package, signed, unsigned

SOUND = unsigned(package()).decode()


def pem(one: Identity) -> str:
    return one.certificate.public_bytes(Encoding.PEM).decode()


def opened(folder: Path, content: bytes, certificate: str = "") -> Opened:
    path = folder / "package.edxml"
    path.write_bytes(content)
    return open_package(path, {SENDER.organ_id: certificate})


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def with_doctype(doctype: str) -> bytes:
    return SOUND.replace("<edXML ", f"{doctype}<edXML ", 1).replace("Nghệ An", "&a;").encode()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE: dict[str, tuple[bytes, Fault]] = {
    "no XML": (b"%PDF-1.4", Fault.NOT_XML),
    "cut off": (SOUND[:-200].encode(), Fault.NOT_XML),
    "empty": (b"", Fault.NOT_XML),
    "a file of ours": (with_doctype('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), Fault.DOCTYPE),
    "external DTD": (with_doctype('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), Fault.DOCTYPE),
    "laughs": (with_doctype(f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY a "&l9;">]>'), Fault.DOCTYPE),
    "deep": (SOUND.replace("</edXML>", "<a>" * 100_000 + "</a>" * 100_000 + "</edXML>").encode(), Fault.TOO_DEEP),
    "crowd": (SOUND.replace("</edXML>", "<a/>" * 30_000 + "</edXML>").encode(), Fault.TOO_DEEP),
    "other root": (b"<edXML/>", Fault.STRUCTURE),
    "two envelopes": (SOUND.replace("<edXML:edXMLBody>", "<edXML:edXMLHeader/><edXML:edXMLBody>").encode(),
                      Fault.STRUCTURE),
    "two manifests": (SOUND.replace("</edXML:edXMLBody>", "<edXML:Manifest/></edXML:edXMLBody>").encode(),
                      Fault.MANIFESTS),
    "not in the manifest": (SOUND.replace("file-1</edXML:ContentId>", "file-2</edXML:ContentId>").encode(),
                            Fault.MANIFEST),
    "no base64": (SOUND.replace("<ContentTransferEncoded>", "<ContentTransferEncoded>!!").encode(), Fault.ATTACHMENT),
    "cut base64": (SOUND.replace("<ContentTransferEncoded>J", "<ContentTransferEncoded>").encode(), Fault.ATTACHMENT),
    "a path": (SOUND.replace("quyet-dinh.pdf", "../../etc/cron.d/x").encode(), Fault.NAME),
    "unknown code": (SOUND.replace(SENDER.organ_id, "H41").encode(), Fault.FIELD),
    "no day": (SOUND.replace("2026/11/20<", "2026/13/40<").encode(), Fault.FIELD),
    "too long": (SOUND.replace("Tháng Thanh niên", "x" * 600).encode(), Fault.FIELD),
    "business": (SOUND.replace("BussinessDocType>0<", "BussinessDocType>9<").encode(), Fault.FIELD),
    "zip bomb": (unsigned(package(attachment(content=zipped("a.pdf", b"\0" * 30_000_000)))), Fault.BOMB),
    "zip with a path": (unsigned(package(attachment(content=zipped("../a.pdf", PDF)))), Fault.NAME),
    "broken zip": (unsigned(package(attachment(content=zipped("a.pdf", PDF)[:60]))), Fault.ATTACHMENT),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_each_attack_has_its_refusal(tmp_path: Path, name: str) -> None:
    """The checks of the child, in this process: what starts it is tested below."""
    content, fault = HOSTILE[name]
    path = tmp_path / "package.edxml"
    path.write_bytes(content)
    assert package_child._work({"path": str(path), "certificates": {}}).get("refused") == fault
    assert {one.name for one in tmp_path.iterdir()} <= {"package.edxml", "attachment-0"}


def test_the_child_refuses_by_name_and_hands_out_what_is_sound(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=Fault.DOCTYPE):
        opened(tmp_path, HOSTILE["laughs"][0])
    found = opened(tmp_path, unsigned(package(attachment(content=zipped("8c1f.pdf", PDF)))))
    assert (found.signature, [one.name for one in found.files]) == (Signature.NONE, ["quyet-dinh.pdf"])
    assert found.files[0].path.read_bytes() == PDF


def test_what_is_too_large_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_BYTES", 100)
    with pytest.raises(Problem, match=Fault.TOO_LARGE):
        opened(tmp_path, unsigned(package()))


def look(tmp_path: Path, content: bytes, certificate: str) -> str:
    path = tmp_path / "package.edxml"
    path.write_bytes(content)
    answer = package_child._work({"path": str(path), "certificates": {SENDER.organ_id: certificate}})
    return str(answer.get("signature") or answer["refused"])


def test_signatures_are_worth_what_they_are(tmp_path: Path) -> None:
    partner, other = identity(tmp_path, "partner"), identity(tmp_path, "other")
    content = signed(package(), partner)
    assert look(tmp_path, content, pem(partner)) == Signature.VALID
    assert look(tmp_path, content, pem(other)) == Signature.UNKNOWN
    assert look(tmp_path, content, "") == Signature.UNKNOWN
    assert look(tmp_path, unsigned(package()), pem(partner)) == Signature.NONE


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("Tháng Thanh niên", "Tháng Thanh niêm"), ("JVBERi", "JVBERj"), ("ds:DigestValue>", "ds:DigestValue>A")],
    ids=["subject", "attachment", "digest"],
)
def test_what_was_altered_after_signing_is_refused(tmp_path: Path, was: str, becomes: str) -> None:
    partner = identity(tmp_path)
    content = signed(package(), partner).decode()
    assert was in content
    assert look(tmp_path, content.replace(was, becomes, 1).encode(), pem(partner)) == Fault.ALTERED


def test_a_signed_package_wrapped_in_another_is_refused(tmp_path: Path) -> None:
    """The oldest trick: what is signed lies somewhere else than what is read."""
    partner = identity(tmp_path)
    inner = signed(package(), partner).decode().split("?>", 1)[1].strip()
    outer = unsigned(package(subject="Đã đổi")).decode()
    twice = outer.replace("<edXML:edXMLBody>", f"{inner}<edXML:edXMLBody>")
    assert look(tmp_path, twice.encode(), pem(partner)) == Fault.ALTERED
    moved = outer.replace("</edXML>", f"{inner}</edXML>").replace(
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>', ""
    )
    assert look(tmp_path, moved.encode(), pem(partner)) == Fault.ALTERED


def test_an_expired_certificate_is_said_to_be_one(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "UBND")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - timedelta(days=9)).not_valid_after(now - timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    p12 = pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, NoEncryption())
    expired = Identity(p12, None, certificate)
    assert look(tmp_path, signed(package(), expired), pem(expired)) == Signature.EXPIRED
