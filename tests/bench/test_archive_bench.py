"""A small run of the archive's benchmark: it works, and its line has the keys that are compared."""

import json

import pytest

from ecabinet.__main__ import main

KEYS = {"bench", "files", "mb", "rss_before_mb", "rss_after_mb", "rss_peak_mb", "put_in_s", "s", "pages", "pages_s"}


def test_a_small_run_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "archive", "--files", "2", "--mb", "1", "--pages", "30"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures.keys() >= KEYS
    # the two large ones and the one to warm up
    assert (figures["bench"], figures["ready"], figures["pages_read"]) == ("archive", 3, 30)
