"""Set the checkout up for running or for testing; what is already done is not done again.

Usage: python3 tools/setup.py run | test

Steps: virtual environment → pinned Python packages → front-end libraries → translations; for `test`
also a browser, LibreOffice, Tesseract and whichever servers the machine lacks. Each step leaves a stamp
in .make/ that holds a digest of what it was made from. A step that fails ends in one line that says what
and where its log is, exit code 1. Standard library only: it runs before anything is installed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import machine
import vendor

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".make"
LOG = STATE / "setup.log"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
TRANSLATIONS = ROOT / "ecabinet" / "translations"


class SetupError(Exception):
    """A step could not be done; the message is one line for the person who started it."""


def say(text: str) -> None:
    """Show progress at once, also when the output is a file."""
    print(f"setup: {text}", flush=True)


def command(what: str, arguments: Sequence[str | Path], **extra: str) -> None:
    """Run a program with its output in the log; raises :class:`SetupError` with its own last complaint."""
    environment = machine.environment() | extra
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(str(argument) for argument in arguments)}\n")
        log.flush()
        start = log.tell()
        try:
            done = subprocess.run(
                [str(argument) for argument in arguments],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
            )  # fmt: skip
        except OSError as error:
            raise SetupError(f"{what}: {arguments[0]} cannot be started: {error.strerror}") from error
    if done.returncode:
        raise SetupError(f"{what} failed: {complaint(start) or f'exit code {done.returncode}'} (log: {LOG})")


def complaint(start: int) -> str:
    """The line of the log after ``start`` that says best what went wrong; empty when there is none."""
    with LOG.open(encoding="utf-8", errors="replace") as log:
        log.seek(start)
        lines = [line.strip() for line in log if line.strip()]
    for sign in ("No space left on device", "ENOSPC", "ERROR: ", "npm error", "E: ", "error"):
        for line in lines:
            # npm's first words are only a code and the name of the system call.
            if sign in line and not line.startswith(("npm error code", "npm error syscall")):
                return line[:200]
    return lines[-1][:200] if lines else ""


def digest(*parts: Path | str) -> str:
    """A digest of files (by their content) and words."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        total.update(b"\0")
    return total.hexdigest()


def declared() -> str:
    """What pyproject.toml says of packages; the settings of linters are no reason to install again."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return repr((project["build-system"], project["project"], project["tool"]["setuptools"]))


def step(name: str, what: str, made_from: str, there: bool, do: Callable[[], None]) -> None:
    """Do a step unless its stamp says that it was done from the same things and its result is still there."""
    stamp = STATE / name
    if there and stamp.is_file() and stamp.read_text(encoding="ascii") == made_from:
        return
    stamp.unlink(missing_ok=True)
    say(f"{what} …")
    started = time.monotonic()
    do()
    stamp.write_text(made_from, encoding="ascii")
    say(f"{what}: done in {time.monotonic() - started:.0f} s")


def virtual_environment() -> None:
    """Make .venv with pip in it, also on a Debian that has no python3-venv."""
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    ):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if machine.has_ensurepip():
        command("virtual environment", [sys.executable, "-m", "venv", VENV])
        return
    wheel = machine.debian_pip_wheel(STATE / "pip", lambda what, arguments: command(what, arguments))
    if wheel is None:
        raise SetupError(
            "this Python cannot make virtual environments: install the package python3-venv "
            "(apt-get install python3-venv) and start again"
        )
    command("virtual environment", [sys.executable, "-m", "venv", "--without-pip", VENV])
    command("pip", [PYTHON, "-m", "pip", "install", "--quiet", "pip"], PYTHONPATH=str(wheel))


def python_packages(extras: Sequence[str]) -> None:
    """Install the application's dependencies and extras, exactly as pinned; the checkout itself by reference."""
    target = f".[{','.join(extras)}]" if extras else "."
    command(
        "Python packages",
        [PYTHON, "-m", "pip", "install", "--progress-bar=off", "--disable-pip-version-check",
         "--constraint", "constraints.txt", "--editable", target],
    )  # fmt: skip


def front_end(npm: Sequence[str], with_tests: bool) -> None:
    """Install the front-end libraries exactly as locked and copy what pages load into static/vendor."""
    omit = ["--omit=optional"] if with_tests else ["--omit=optional", "--omit=dev"]
    command("front-end libraries", [*npm, "ci", "--ignore-scripts", "--loglevel=error", *omit])
    vendor.copy_all(NODE_MODULES, VENDOR)


def translations() -> None:
    """Compile the message catalogues."""
    command("translations", [VENV / "bin" / "pybabel", "compile", "--directory", TRANSLATIONS])


def set_up(mode: str) -> None:
    """All steps for ``run`` or ``test``."""
    testing = mode == "test"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    step("venv", f"virtual environment (Python {version})", digest(version), PYTHON.exists(), virtual_environment)
    extras = machine.missing_servers() if testing else []
    npm = machine.npm()
    extras += [] if npm else ["node"]
    done_before = (STATE / "extras").read_text(encoding="ascii").split() if (STATE / "extras").is_file() else []
    extras = sorted({*extras, *done_before} | ({"test"} if testing else set()))
    pins = digest(declared(), ROOT / "constraints.txt", *extras)
    step("packages", "Python packages, about a minute", pins, PYTHON.exists(), lambda: python_packages(extras))
    (STATE / "extras").write_text(" ".join(extras), encoding="ascii")
    npm = npm or machine.npm_of_wheel(VENV)
    with_tests = "test" in extras
    lock = digest(ROOT / "package-lock.json", ROOT / "package.json", ROOT / "tools" / "vendor.py", str(with_tests))
    step(
        "front-end", "front-end libraries", lock, VENDOR.is_dir() and NODE_MODULES.is_dir(),
        lambda: front_end(npm, with_tests),
    )  # fmt: skip
    catalogues = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    if catalogues:
        compiled = all(path.with_suffix(".mo").is_file() for path in catalogues)
        step("translations", "translations", digest(*catalogues), compiled, translations)
    if testing and not machine.chromium():
        step("browser", "Chromium", digest("chromium"), False, browser)
    if testing and (packages := machine.missing_packages()):
        step("programs", "LibreOffice and Tesseract", digest(*packages), False, lambda: programs(packages))


def browser() -> None:
    """Get a Chromium: Debian's package when we may, else Playwright's own; tests say when there is none."""
    try:
        if machine.may_use_apt():
            command("Debian's package list", ["apt-get", "update"])
            command("Chromium", ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])
        else:
            command("Chromium", [PYTHON, "-m", "playwright", "install", "chromium"])
    except SetupError as error:
        say(f"{error}; the tests that need a browser will be named at the end")


def programs(packages: Sequence[str]) -> None:
    """Get Debian's packages when we may; tests say what is missing."""
    try:
        if not machine.may_use_apt():
            raise SetupError(f"not here: apt-get install {' '.join(packages)}")
        command("Debian's package list", ["apt-get", "update"])
        command("Debian's packages", ["apt-get", "install", "--yes", "--no-install-recommends", *packages])
    except SetupError as error:
        say(f"{error}; the tests that need these programs will be named at the end")


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    if arguments not in (["run"], ["test"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        STATE.mkdir(exist_ok=True)
        LOG.write_text("", encoding="utf-8")
        with (STATE / "lock").open("w", encoding="ascii") as lock:
            # Two set-ups of one checkout at once would take each other's files away.
            fcntl.flock(lock, fcntl.LOCK_EX)
            set_up(arguments[0])
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"setup: {error.filename or STATE}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    raise SystemExit(main(sys.argv[1:]))
