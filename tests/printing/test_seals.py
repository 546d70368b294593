"""Signed PDFs: who signed, when, and whether a byte was changed since."""

import io
import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pypdf import PdfReader, PdfWriter

from ecabinet.config import Config, ConfigError
from ecabinet.printing import pdf, seals
from tests.printing.papers import AT, DECISION, MINUTES

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(start: datetime, end: datetime) -> x509.Certificate:
    """Of an organisation, given out by somebody else."""
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tổ chức chứng thực thử nghiệm")])
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tỉnh đoàn Tuyên Quang"),
         x509.NameAttribute(NameOID.COMMON_NAME, "Con dấu")]
    )  # fmt: skip
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(KEY.public_key())
    builder = builder.serial_number(7).not_valid_before(start).not_valid_after(end).add_extension(usage, critical=True)
    return builder.sign(OTHER_KEY, hashes.SHA256())


def p12(path: Path, start_in: int = -10, end_in: int = 10, key: rsa.RSAPrivateKey | None = KEY) -> Path:
    """A PKCS#12 file with the password "bí mật"; from and to so many days from today."""
    now = datetime.now(UTC)
    owned = certificate(now + timedelta(days=start_in), now + timedelta(days=end_in))
    locked = BestAvailableEncryption("bí mật".encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, owned, None, locked))
    return path


def with_seal(tmp_path: Path, file: Path, password: str = "bí mật") -> Config:
    return Config.from_env({"DATA_DIR": str(tmp_path / "data"), "SEAL_P12": str(file), "SEAL_PASSWORD": password})


@pytest.fixture(scope="module")
def paper() -> bytes:
    return pdf.render(DECISION, AT)


def test_the_organisations_certificate_signs(tmp_path: Path, paper: bytes) -> None:
    config, now = with_seal(tmp_path, p12(tmp_path / "seal.p12")), datetime.now(UTC).replace(microsecond=0)
    sealed = seals.seal(paper, config, now, "Phát hành")
    assert seals.verify(sealed) == [
        seals.Signature("Tỉnh đoàn Tuyên Quang", "Tổ chức chứng thực thử nghiệm", now, "Phát hành", False, True)
    ]
    assert not (tmp_path / "data/seal.p12").exists()


def test_without_one_the_installation_makes_its_own_and_says_so(config: Config, paper: bytes) -> None:
    (signature,) = seals.verify(seals.seal(paper, config, AT, "Phát hành"))
    assert signature.self_made
    assert signature.unchanged
    assert signature.at == AT
    assert signature.holder == "eCabinet hop.example.vn (chứng thư tự tạo)"
    made = config.data_dir / "seal.p12"
    assert made.stat().st_mode & 0o777 == 0o600
    before = made.read_bytes()
    seals.seal(paper, config, AT + timedelta(days=1000), "Lần sau")
    assert made.read_bytes() == before
    assert sorted(path.name for path in config.data_dir.iterdir()) == ["registry_key", "seal.p12", "secret_key"]


def visible_text(sealed: bytes) -> str:
    """What the page shows of its signature: PDFium draws it into the page, and reads it from there."""
    with pypdfium2.PdfDocument(sealed) as document:
        page = document[len(document) - 1]
        pypdfium2.raw.FPDFPage_Flatten(page, pypdfium2.raw.FLAT_PRINT)
        out = io.BytesIO()
        document.save(out)
    with pypdfium2.PdfDocument(out.getvalue()) as flat:
        return str(flat[len(flat) - 1].get_textpage().get_text_range())


def test_the_paper_shows_who_signed_when_and_with_what(tmp_path: Path, config: Config, paper: bytes) -> None:
    own = visible_text(seals.seal(paper, config, AT, ""))
    assert "Ký số bởi: eCabinet hop.example.vn (chứng thư tự tạo)" in own
    assert "Thời gian ký: 22/11/2026 08:30:05 +07:00" in own
    assert "Chứng thư tự tạo của hệ thống" in own
    official = with_seal(tmp_path, p12(tmp_path / "seal.p12"))
    shown = visible_text(seals.seal(paper, official, datetime.now(UTC), ""))
    assert "Ký số bởi: Tỉnh đoàn Tuyên Quang" in shown
    assert "tự tạo" not in shown
    assert "Ký số" not in visible_text(seals.seal(paper, official, datetime.now(UTC), "", visible=False))


def test_eight_who_start_at_once_make_one_certificate(config: Config) -> None:
    found: list[int] = []
    ready = threading.Barrier(8)

    def make() -> None:
        ready.wait()
        found.append(seals.identity(config, AT).certificate.serial_number)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_second_signature_leaves_the_first_as_it_was(config: Config, paper: bytes) -> None:
    once = seals.seal(paper, config, AT, "Chủ tọa")
    twice = seals.seal(once, config, AT + timedelta(hours=1), "Văn thư")
    thrice = seals.seal(twice, config, AT + timedelta(hours=2), "Lưu trữ", visible=False)
    assert once.startswith(paper)
    assert thrice.startswith(twice)
    assert twice.startswith(once)
    assert [(found.reason, found.unchanged) for found in seals.verify(thrice)] == [
        ("Chủ tọa", True), ("Văn thư", True), ("Lưu trữ", True),
    ]  # fmt: skip


def test_a_changed_byte_is_detected_wherever_it_stands(config: Config, paper: bytes) -> None:
    sealed = seals.seal(paper, config, AT, "Phát hành")
    chance, gap = random.Random(4), sealed.index(b"/Contents <")
    anywhere = [(chance.randrange(len(sealed)), 1 << chance.randrange(8)) for _ in range(60)]
    # the digits of the signature itself, the noughts behind them, and the end of the file
    end = sealed.index(b">", gap + 11)
    edges = [gap + 11, gap + 12, gap + 900, end - 1, end - 2, end, len(sealed) - 1, len(sealed) - 6]
    for place, flipped in [*anywhere, *((place, bit) for place in edges for bit in (1, 16, 32))]:
        changed = bytearray(sealed)
        changed[place] ^= flipped
        assert not believed(bytes(changed)), (place, flipped)


def believed(data: bytes) -> bool:
    try:
        found = seals.verify(data)
    except seals.NotAPdf:
        return False
    return bool(found) and all(signature.unchanged for signature in found)


@pytest.mark.parametrize("tail", [b" ", b"\n", b"% more", b"\x00" * 600])
def test_bytes_put_behind_are_detected(config: Config, paper: bytes, tail: bytes) -> None:
    assert not believed(seals.seal(paper, config, AT, "Phát hành") + tail)


def test_a_page_added_by_an_update_is_detected(config: Config, paper: bytes) -> None:
    sealed = seals.seal(paper, config, AT, "Phát hành")
    writer = PdfWriter(io.BytesIO(sealed), incremental=True)
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sealed)
    assert [found.unchanged for found in seals.verify(out.getvalue())] == [False]


def test_nobody_signed_and_no_pdf(config: Config, paper: bytes) -> None:
    assert seals.verify(paper) == []
    for nonsense in (b"", b"%PDF-1.7\n", b"xin chao" * 100, paper[:2000]):
        with pytest.raises(seals.NotAPdf):
            seals.verify(nonsense)
        with pytest.raises(seals.NotAPdf):
            seals.seal(nonsense, config, AT, "")


def broken(tmp_path: Path, kind: str) -> tuple[Path, str]:
    """A certificate that cannot be used, and the password given with it."""
    file, password = tmp_path / "seal.p12", "bí mật"
    match kind:
        case "missing":
            pass
        case "folder":
            file.mkdir()
        case "password":
            p12(file)
            password = "đoán"
        case "no password":
            p12(file)
            password = ""
        case "nonsense":
            file.write_bytes(b"PKCS")
        case "expired":
            p12(file, -20, -1)
        case "early":
            p12(file, 2, 20)
        case "no key":
            p12(file, key=None)
    return file, password


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("missing", "cannot be read"),
        ("folder", "cannot be read"),
        ("password", "password"),
        ("no password", "password"),
        ("nonsense", "password"),
        ("expired", "expired on"),
        ("early", "holds only from"),
        ("no key", "private key"),
    ],
)
def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path, kind: str, said: str) -> None:
    file, password = broken(tmp_path, kind)
    with pytest.raises(ConfigError) as error:
        with_seal(tmp_path, file, password)
    assert "SEAL_P12" in str(error.value)
    assert said in str(error.value)
    assert "bí mật" not in str(error.value)
    assert "\n" not in str(error.value)


def test_one_that_expires_or_vanishes_later_is_named(tmp_path: Path, paper: bytes) -> None:
    config = with_seal(tmp_path, p12(tmp_path / "seal.p12"))
    with pytest.raises(seals.SealUnusable, match="expired"):
        seals.seal(paper, config, datetime.now(UTC) + timedelta(days=11), "")
    (tmp_path / "seal.p12").unlink()
    with pytest.raises(seals.SealUnusable, match="cannot be read"):
        seals.seal(paper, config, datetime.now(UTC), "")


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    assert "bí mật" not in repr(with_seal(tmp_path, p12(tmp_path / "seal.p12")))


def test_a_draft_with_two_pages_is_signed_on_the_last(config: Config) -> None:
    sealed = PdfReader(io.BytesIO(seals.seal(pdf.render(MINUTES, AT), config, AT, "")))
    assert ["/Annots" in page for page in sealed.pages] == [False, True]
