"""With what members sign: brought, sealed, confirmed, taken away, opened for one signature."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

from documents.database import Database
from documents.errors import NotFound, Problem
from ecabinet.audit import AuditEntry
from ecabinet.config import Config, ConfigError
from ecabinet.registry.models import Member
from ecabinet.signing import members
from ecabinet.signing.certificate_rules import Belongs, Kind
from ecabinet.signing.models import MemberCertificate
from ecabinet.trusted import Trust
from tests.authority import NOW, PASSWORD, answer, crl, issue, key_of, name, p12, root, trust
from tests.people import SEALER, Office, make_office

KEY = key_of("first")
FIRST = "Nguyễn Thị First"


def certificate(holder: str = FIRST, uid: str = "", **more: timedelta) -> x509.Certificate:
    said = {"CN": holder} | ({"UID": uid} if uid else {})
    return issue(name(**said), KEY, **more)


def file(of: x509.Certificate) -> members.Brought:
    return members.from_file(p12(of, KEY), PASSWORD)


@pytest.fixture
def office(database: Database) -> Office:
    with database.writing() as db:
        return make_office(db)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.from_env({"DATA_DIR": str(tmp_path / "data")})


def bring(database: Database, office: Office, of: x509.Certificate, trusted: Trust | None = None) -> int:
    with database.writing() as db:
        member = db.get_one(Member, office.members["first"])
        return members.bring(db, member, file(of), SEALER, trusted or trust(), NOW).id


def audited(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(AuditEntry.action).where(AuditEntry.action.like("%certificate%"))))


def test_the_key_is_sealed_and_opens_with_its_password_alone(
    database: Database, office: Office, config: Config
) -> None:
    bring(database, office, certificate())
    with database.reading() as db:
        held = members.of_member(db, office.members["first"])
        assert held is not None
        assert held.sealed is not None
        assert KEY.private_numbers().private_value.to_bytes(32) not in held.sealed
        assert b"PKCS" not in held.sealed
        ready = members.ready(db, office.members["first"], SEALER)
    assert PASSWORD not in repr(ready)
    assert ready.open(PASSWORD, config, NOW).certificate == certificate_of(held)
    for wrong in ("", "sai", PASSWORD + " "):
        with pytest.raises(Problem, match="signing_password"):
            ready.open(wrong, config, NOW)
    assert ready.appearance("Trung ương Đoàn").name == FIRST
    assert audited(database) == ["certificate_brought"]


def certificate_of(held: MemberCertificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(held.certificate)


def test_a_new_one_takes_the_place_of_the_old_whose_key_is_gone(database: Database, office: Office) -> None:
    old, new = bring(database, office, certificate()), bring(database, office, certificate())
    with database.reading() as db:
        first, second = db.get_one(MemberCertificate, old), db.get_one(MemberCertificate, new)
        assert (first.sealed, first.removed_at, second.removed_at) == (None, NOW, None)
    with database.writing() as db:
        members.remove(db, office.members["first"], NOW)
    with database.reading() as db:
        assert db.get_one(MemberCertificate, new).sealed is None
        with pytest.raises(Problem, match="no_certificate"):
            members.ready(db, office.members["first"], SEALER)
    with database.writing() as db, pytest.raises(NotFound):
        members.remove(db, office.members["first"], NOW)


def test_somebody_elses_certificate_signs_nothing_until_it_is_confirmed(database: Database, office: Office) -> None:
    made = bring(database, office, certificate("Trần Văn Ba"))
    with database.reading() as db, pytest.raises(Problem, match="certificate_of_another"):
        members.ready(db, office.members["first"], SEALER)
    for by, reason, code in (("first", "tôi", "own_certificate"), ("administrator", "", "missing")):
        with database.writing() as db, pytest.raises(Problem, match=code):
            members.confirm(db, db.get_one(MemberCertificate, made), office.members[by], reason, NOW)
    with database.writing() as db:
        held = db.get_one(MemberCertificate, made)
        members.confirm(db, held, office.members["administrator"], "Tên thường gọi, đã đối chiếu CCCD", NOW)
    with database.reading() as db:
        assert members.ready(db, office.members["first"], SEALER).kind is Kind.FILE
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "certificate_confirmed")).one()
        assert (entry.member_id, entry.details["reason"]) == (
            office.members["administrator"], "Tên thường gọi, đã đối chiếu CCCD",
        )  # fmt: skip
    with database.writing() as db, pytest.raises(Problem, match="wrong_state"):
        members.confirm(db, db.get_one(MemberCertificate, made), office.members["administrator"], "lại", NOW)


def test_the_national_number_decides_before_the_name(database: Database, office: Office) -> None:
    with database.writing() as db:
        member = db.get_one(Member, office.members["first"])
        member.national_id_print = SEALER.fingerprint("001203004567")
    for uid, belongs in (("CCCD:001203004567", Belongs.NATIONAL_ID), ("CCCD:001203004568", None)):
        made = bring(database, office, certificate("Trần Văn Ba" if belongs else FIRST, uid))
        with database.reading() as db:
            assert db.get_one(MemberCertificate, made).belongs == belongs


@pytest.mark.parametrize(
    ("when", "code"),
    [({"end": timedelta(-1)}, "certificate_expired"), ({"start": timedelta(1)}, "certificate_early")],
    ids=["expired", "early"],
)
def test_one_that_does_not_hold_today_is_not_kept(
    database: Database, office: Office, when: dict[str, timedelta], code: str
) -> None:
    with pytest.raises(Problem, match=code):
        bring(database, office, certificate(**when))
    assert audited(database) == []


def test_one_that_was_taken_back_is_not_kept_and_signs_no_more(
    database: Database, office: Office, config: Config, tmp_path: Path
) -> None:
    given = certificate()
    for said in (trust(crl((given, NOW))), trust(answers=(answer(given, NOW),))):
        with pytest.raises(Problem, match="certificate_revoked"):
            bring(database, office, given, said)
    forged = trust(crl((given, NOW), by="somebody"), answers=(answer(given, NOW, by="somebody"),))
    bring(database, office, given, forged)
    with database.reading() as db:
        ready = members.ready(db, office.members["first"], SEALER)
    folder = tmp_path / "trusted"
    folder.mkdir()
    (folder / "root.pem").write_bytes(root().public_bytes(Encoding.PEM))
    (folder / "list.crl").write_bytes(crl((given, NOW - timedelta(days=1))).public_bytes(Encoding.DER))
    with pytest.raises(Problem, match="certificate_revoked"):
        ready.open(PASSWORD, replace(config, trust_certs=folder), NOW)
    with pytest.raises(Problem, match="certificate_expired"):
        ready.open(PASSWORD, config, NOW + timedelta(days=400))


def test_a_folder_that_says_something_else_stops_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "trusted"
    folder.mkdir()
    (folder / "note.txt").write_text("not read")
    environment = {"DATA_DIR": str(tmp_path / "data"), "TRUST_CERTS": str(folder)}
    assert Config.from_env(environment).trust_certs == folder
    for name_ in ("broken.pem", "broken.crl", "broken.ocsp"):
        (folder / name_).write_bytes(b"nonsense")
        with pytest.raises(ConfigError, match=name_):
            Config.from_env(environment)
        (folder / name_).unlink()
    with pytest.raises(ConfigError, match="TRUST_CERTS"):
        Config.from_env(environment | {"TRUST_CERTS": str(tmp_path / "none")})
    with pytest.raises(ConfigError, match="PKCS11_MODULE"):
        Config.from_env(environment | {"PKCS11_MODULE": str(tmp_path / "none.so")})


def test_the_picture_goes_on_with_the_next_certificate(database: Database, office: Office) -> None:
    bring(database, office, certificate())
    with database.writing() as db:
        members.put_picture(db, office.members["first"], b"a picture", SEALER, NOW)
    bring(database, office, certificate())
    with database.reading() as db:
        assert members.ready(db, office.members["first"], SEALER).picture == b"a picture"
        assert db.scalars(select(MemberCertificate.picture)).first() != b"a picture"


@pytest.mark.parametrize("data", [b"", b"PKCS", b"\x30" * 70_000], ids=["empty", "nonsense", "long"])
def test_what_is_no_key_file_is_named(data: bytes) -> None:
    with pytest.raises(Problem, match=r"certificate_unsuitable|signing_password"):
        members.from_file(data, PASSWORD)


def test_a_device_and_a_service_that_are_not_set_are_named(config: Config) -> None:
    with pytest.raises(Problem, match="device_failed"):
        members.from_elsewhere(config, Kind.DEVICE, "x")
    with pytest.raises(Problem, match="service_failed"):
        members.from_elsewhere(config, Kind.SERVICE, "x")
