"""Set-up that cannot go on ends in one clear line and an exit code, and goes on from there the next time."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checkout(tmp_path):
    """What set-up reads, without the application."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def set_up(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, checkout / "tools" / "setup.py", "run"], env=os.environ | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def assert_one_line(failed: subprocess.CompletedProcess[str], *words: str) -> None:
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1, failed.stderr
    assert failed.stderr.startswith("setup: ")
    for word in words:
        assert word in failed.stderr


def test_packages_that_cannot_be_had(checkout):
    failed = set_up(checkout, PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="")
    assert_one_line(failed, "Python packages failed: ERROR: ", str(checkout / ".make" / "setup.log"))
    assert not (checkout / ".make" / "packages").exists()


def test_a_full_disk(checkout):
    (checkout / ".make").mkdir()
    (checkout / ".make" / "setup.log").symlink_to("/dev/full")
    assert_one_line(set_up(checkout), "No space left on device")


def test_a_folder_that_may_not_be_written(checkout):
    (checkout / ".make").write_text("a file in the way", encoding="utf-8")
    assert_one_line(set_up(checkout), ".make: ")


def test_no_python_that_is_new_enough(checkout):
    tools = checkout / "bin"
    tools.mkdir()
    for name in ("sh", "make", "test", "echo"):
        (tools / name).symlink_to(shutil.which(name))
    failed = subprocess.run(
        ["make", "setup"], cwd=checkout, env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )
    assert failed.returncode != 0
    assert "setup: Python 3.11 or newer is needed" in failed.stderr.splitlines()[0]


def test_a_library_that_is_missing_is_named(checkout):
    failed = subprocess.run(
        [sys.executable, checkout / "tools" / "vendor.py"], capture_output=True, text=True, check=False
    )
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1
    assert str(checkout / "node_modules") in failed.stderr
    assert not (checkout / "static" / "vendor").exists()
