"""A test that could not run is named at the end of the run, and fails it where nobody watches."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULE = """
import pytest

def test_that_runs():
    pass

def test_that_needs_a_server():
    pytest.skip("Redis: not to be had")
"""


def run(folder: Path, *chosen: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_some.py").write_text(MODULE, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", os.devnull,
               "--rootdir", folder, "test_some.py", *chosen]  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env=clean | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("environment", "code"), [({}, 0), ({"CI": "true"}, 1)])
def test_what_could_not_run_is_named_and_fails_in_ci(tmp_path, environment, code):
    done = run(tmp_path, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    ending = done.stdout[done.stdout.index("WHAT COULD NOT RUN") :]
    assert "Redis: not to be had" in ending
    assert "test_that_needs_a_server" in ending


def test_where_everything_ran_nothing_is_said(tmp_path):
    done = run(tmp_path, "-k", "test_that_runs", CI="true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WHAT COULD NOT RUN" not in done.stdout
