"""Keys on a device: SoftHSM, which speaks PKCS#11 as a real one does."""

import importlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from documents.errors import Problem
from ecabinet.config import Config, ConfigError
from ecabinet.signing import engine
from ecabinet.signing.devices import Device, DeviceSigner, certificate_on
from ecabinet.signing.examining import examine
from tests.authority import NOW, issue, key_of, name, trust
from tests.signing.conftest import SHOWN, Way

PIN = "739104"
KEYS: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {
    "truong-phong": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "pho-phong": ec.generate_private_key(ec.SECP256R1()),
}
CERTIFICATES = {label: issue(name(CN="Nguyễn Thị Hằng", T=label), key) for label, key in KEYS.items()}


@pytest.fixture(scope="module")
def device(softhsm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """A token with two keys and their certificates."""
    pkcs11 = importlib.import_module("pkcs11")
    folder = tmp_path_factory.mktemp("softhsm")
    monkey = pytest.MonkeyPatch()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    monkey.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    tool = ["softhsm2-util", "--module", str(softhsm)]
    command = ["--init-token", "--free", "--label", "van-phong", "--so-pin", "12345678", "--pin", PIN]
    subprocess.run([*tool, *command], check=True, capture_output=True)
    for count, (label, key) in enumerate(KEYS.items(), 1):
        file = folder / f"{label}.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        told = ["--import", str(file), "--token", "van-phong", "--label", label, "--id", f"0{count}", "--pin", PIN]
        subprocess.run([*tool, *told], check=True, capture_output=True)
    token = pkcs11.lib(str(softhsm)).get_token(token_label="van-phong")
    with token.open(rw=True, user_pin=PIN) as session:
        for label, certificate in CERTIFICATES.items():
            session.create_object({
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509, pkcs11.Attribute.LABEL: label,
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(), pkcs11.Attribute.PRIVATE: False,
                pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
            })  # fmt: skip
    yield Device(softhsm, "van-phong")
    monkey.undo()


@pytest.mark.parametrize("label", sorted(KEYS))
def test_the_device_signs_and_keeps_its_key(device: Device, way: Way, label: str) -> None:
    certificate = certificate_on(device, label)
    assert certificate == CERTIFICATES[label]
    signer = DeviceSigner(device, label, certificate, PIN)
    (found,) = examine(engine.sign(way.ready, "signer-1", signer, SHOWN, "", NOW), trust()).signatures
    assert (found.holds, found.title, found.state) == (True, label, "trusted")
    assert PIN not in repr(signer)


def test_the_organisation_signs_with_a_key_of_the_device(device: Device, way: Way, tmp_path: Path) -> None:
    said = {"DATA_DIR": str(tmp_path), "PKCS11_MODULE": str(device.library), "PKCS11_TOKEN": device.token}
    config = Config.from_env(said | {"SEAL_LABEL": "truong-phong", "SEAL_PASSWORD": PIN})
    sealed = engine.seal(way.numbered, config, NOW)
    assert [one.title for one in examine(sealed, trust()).signatures] == ["", "truong-phong"]
    with pytest.raises(ConfigError, match="SEAL_LABEL"):
        Config.from_env({"DATA_DIR": str(tmp_path), "SEAL_LABEL": "truong-phong"})


def test_wrong_pin_other_key_other_token(device: Device, way: Way) -> None:
    certificate = CERTIFICATES["pho-phong"]
    for broken, code in (
        (DeviceSigner(device, "pho-phong", certificate, "000000"), "signing_password"),
        (DeviceSigner(device, "pho-phong", certificate, "1"), "signing_password"),
        (DeviceSigner(device, "khong-co", certificate, PIN), "device_failed"),
        (DeviceSigner(Device(device.library, "khac"), "pho-phong", certificate, PIN), "device_failed"),
        (DeviceSigner(Device(Path("/nowhere.so"), "khac"), "pho-phong", certificate, PIN), "device_failed"),
        (DeviceSigner(device, "truong-phong", certificate, PIN), "device_failed"),
        (DeviceSigner(device, "pho-phong", issue(name(CN="Khác"), key_of("other")), PIN), "signature_wrong"),
    ):
        with pytest.raises(Problem, check=lambda problem, code=code: problem.code == code):
            engine.sign(way.ready, "signer-1", broken, SHOWN, "", NOW)
    with pytest.raises(Problem, match="certificate_missing"):
        certificate_on(device, "khong-co")
