"""The environment, read once, checked, and frozen. A wrong value stops the start with one clear line."""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ecabinet import certificates, mail_server, trusted
from ecabinet.mail_server import MailServer

MIB = 1024 * 1024


class ConfigError(Exception):
    """A setting is wrong; the message names it and says what is expected."""


@dataclass(frozen=True)
class Config:
    """Everything that may differ between two installations. Sizes in bytes."""

    data_dir: Path
    database_url: str
    blobs_url: str
    search_url: str
    bus_url: str
    secret_key: str
    registry_key: str
    identity_url: str
    identity_token: str
    host: str
    port: int
    public_url: str
    worker: Literal["thread", "off"]
    locale: str
    max_upload: int
    s3_access_key: str
    s3_secret_key: str
    blobs_links: bool = False
    bin_days: int = 30
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    seal_p12: Path | None = None
    seal_password: str = field(default="", repr=False)
    tsa_url: str = ""
    trust_certs: Path | None = None
    signing_url: str = ""
    signing_token: str = field(default="", repr=False)
    pkcs11_module: Path | None = None
    pkcs11_token: str = ""
    seal_label: str = ""
    seal_picture: Path | None = None
    smtp: MailServer | None = None
    smtp_password: str = field(default="", repr=False)

    @property
    def secure(self) -> bool:
        """Whether people reach us by https: then cookies travel by nothing else."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Config":
        """Read the environment; raises :class:`ConfigError` at the first wrong value."""
        data_dir = _made(Path(env.get("DATA_DIR") or "var").absolute())
        blobs_url = env.get("BLOBS_URL") or f"file:{data_dir / 'blobs'}"
        port = _whole(env, "PORT", 8080, 1, 65535)
        host = env.get("HOST") or "127.0.0.1"
        config = cls(
            data_dir=data_dir,
            database_url=_database_url(env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'ecabinet.sqlite3'}"),
            blobs_url=_scheme("BLOBS_URL", blobs_url, ("file", "s3")),
            search_url=_scheme(
                "SEARCH_URL", env.get("SEARCH_URL") or f"whoosh:{data_dir / 'index'}", ("whoosh", "postgresql")
            ),
            bus_url=_scheme("BUS_URL", env.get("BUS_URL") or "memory:", ("memory", "redis", "rediss")),
            secret_key=env.get("SECRET_KEY") or _kept_secret(data_dir, "secret_key"),
            identity_url=_optional_address(env, "IDENTITY_URL"),
            identity_token=env.get("IDENTITY_TOKEN", ""),
            registry_key=env.get("REGISTRY_KEY") or _kept_secret(data_dir, "registry_key"),
            host=host,
            port=port,
            public_url=_scheme(
                "PUBLIC_URL", env.get("PUBLIC_URL") or _own_address(host, port), ("http", "https")
            ).rstrip("/"),
            worker="off" if _one_of(env, "WORKER", "thread", ("thread", "off")) == "off" else "thread",
            locale=_one_of(env, "LOCALE", "vi", ("vi", "en")),
            max_upload=_whole(env, "MAX_UPLOAD_MB", 200, 1, 10_000) * MIB,
            s3_access_key=env.get("S3_ACCESS_KEY", ""),
            s3_secret_key=env.get("S3_SECRET_KEY", ""),
            blobs_links=_one_of(env, "BLOBS_LINKS", "0", ("0", "1")) == "1",
            bin_days=_whole(env, "BIN_DAYS", 30, 1, 3650),
            oidc_issuer=_scheme("OIDC_ISSUER", env["OIDC_ISSUER"], ("http", "https")) if env.get("OIDC_ISSUER") else "",
            oidc_client_id=env.get("OIDC_CLIENT_ID", ""),
            oidc_client_secret=env.get("OIDC_CLIENT_SECRET", ""),
            seal_p12=Path(env["SEAL_P12"]).absolute() if env.get("SEAL_P12") else None,
            seal_password=env.get("SEAL_PASSWORD", ""),
            tsa_url=_optional_address(env, "TSA_URL"),
            trust_certs=_trust(env),
            signing_url=_optional_address(env, "SIGNING_URL"),
            signing_token=env.get("SIGNING_TOKEN", ""),
            pkcs11_module=_file(env, "PKCS11_MODULE"),
            pkcs11_token=env.get("PKCS11_TOKEN", ""),
            seal_label=env.get("SEAL_LABEL", ""),
            seal_picture=_file(env, "SEAL_PICTURE"),
            smtp=_mail_server(env),
            smtp_password=env.get("SMTP_PASSWORD", ""),
        )
        config._check_together()
        return config

    def _check_together(self) -> None:
        if self.blobs_url.startswith("s3:") and not (self.s3_access_key and self.s3_secret_key):
            raise ConfigError("BLOBS_URL names an S3 store: set S3_ACCESS_KEY and S3_SECRET_KEY too")
        if self.search_url.startswith("postgresql:") and not self.database_url.startswith("postgresql"):
            raise ConfigError("SEARCH_URL=postgresql: searches the database itself: DATABASE_URL must be PostgreSQL")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ConfigError("OIDC_ISSUER names a provider: set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET too")
        if len(self.secret_key) < 32:
            raise ConfigError("SECRET_KEY must have at least 32 characters")
        if len(self.registry_key) < 32:
            raise ConfigError("REGISTRY_KEY must have at least 32 characters")
        if self.smtp is not None and bool(self.smtp.user) != bool(self.smtp_password):
            raise ConfigError("SMTP_URL names a user exactly when SMTP_PASSWORD is set")
        if not (self.smtp_password + (self.smtp.user if self.smtp else "")).isascii():
            raise ConfigError("SMTP_URL's user and SMTP_PASSWORD can hold ASCII characters only")
        if self.pkcs11_module and not self.pkcs11_token:
            raise ConfigError("PKCS11_MODULE names a device: set PKCS11_TOKEN to the label of its token")
        if self.seal_label and (self.seal_p12 or not self.pkcs11_module):
            raise ConfigError("SEAL_LABEL names a key of the device: set PKCS11_MODULE, and no SEAL_P12")
        if self.seal_p12:
            _check_seal(self.seal_p12, self.seal_password)


def _check_seal(path: Path, password: str) -> None:
    """The organisation's certificate opens and holds today: otherwise the first paper would tell, in the meeting."""
    try:
        certificates.read(path, password).check(datetime.now(UTC))
    except certificates.CertificateError as error:
        raise ConfigError(f"SEAL_P12={str(path)!r} (with SEAL_PASSWORD): {error}") from error


def _file(env: Mapping[str, str], name: str) -> Path | None:
    if not env.get(name):
        return None
    path = Path(env[name]).absolute()
    if not path.is_file():
        raise ConfigError(f"{name}={env[name]!r}: there is no such file")
    return path


def _trust(env: Mapping[str, str]) -> Path | None:
    """The folder of whom signatures are trusted for: it is there, and each file in it says something."""
    if not env.get("TRUST_CERTS"):
        return None
    path = Path(env["TRUST_CERTS"]).absolute()
    try:
        trusted.read(path)
    except certificates.CertificateError as error:
        raise ConfigError(f"TRUST_CERTS={str(path)!r}: {error}") from error
    return path


def _mail_server(env: Mapping[str, str]) -> MailServer | None:
    """Where letters are handed in; None where nobody said."""
    if not env.get("SMTP_URL"):
        return None
    try:
        return mail_server.parse(env["SMTP_URL"], env.get("MAIL_FROM", ""))
    except mail_server.MailServerError as error:
        # The address itself may hold a password that does not belong there: it is not repeated.
        raise ConfigError(f"SMTP_URL with MAIL_FROM: {error}") from error


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ConfigError(f"{name}={text!r}: expected a whole number from {low} to {high}")
    return int(text)


def _one_of(env: Mapping[str, str], name: str, default: str, values: tuple[str, ...]) -> str:
    text = env.get(name) or default
    if text not in values:
        raise ConfigError(f"{name}={text!r}: expected one of {', '.join(values)}")
    return text


def _scheme(name: str, url: str, schemes: tuple[str, ...]) -> str:
    try:
        scheme = urlsplit(url).scheme
    except ValueError:  # brackets that do not enclose an address
        scheme = ""
    if scheme not in schemes:
        raise ConfigError(f"{name}={url!r}: expected an address that starts with {', '.join(s + ':' for s in schemes)}")
    return url


def _optional_address(env: Mapping[str, str], name: str) -> str:
    url = env.get(name, "")
    return _scheme(name, url, ("http", "https")) if url else ""


def _database_url(url: str) -> str:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError("DATABASE_URL: expected sqlite:///… or postgresql://…")
    # psycopg 3 is the one driver installed; a plain postgresql:// would look for another.
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _own_address(host: str, port: int) -> str:
    """How tablets reach us when nobody said: when listening everywhere, by this machine's address on its network."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(
                    ("192.0.2.1", 9)
                )  # a datagram socket sends nothing by connecting; it only picks its address
                host = str(probe.getsockname()[0])
            except OSError:
                host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _made(data_dir: Path) -> Path:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"DATA_DIR={str(data_dir)!r} cannot be made: {error.strerror}") from error
    return data_dir


def _kept_secret(data_dir: Path, name: str) -> str:
    """The secret of an installation that was given none: made at the first start, kept for the next."""
    path = data_dir / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError(f"DATA_DIR={str(data_dir)!r} cannot be written: {error.strerror}") from error
    return path.read_text(encoding="ascii").strip()
