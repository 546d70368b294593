"""A small run of the reader's benchmark: it works, and its line has the keys that are compared."""

import json

import pytest

from ecabinet.__main__ import main
from ecabinet.bench import reader

KEYS = {
    "bench", "pages", "mb", "mbit", "first_page_ms", "first_page_again_ms", "jumps", "jump_p50_ms", "jump_max_ms",
    "rss_mb_after_jumps", "find_ms",
}  # fmt: skip


@pytest.mark.usefixtures("chromium_path")
def test_a_small_run_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "reader", "--pages", "6", "--mb", "1", "--mbit", "100", "--jumps", "2"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures.keys() >= KEYS
    assert (figures["bench"], figures["pages"], figures["jumps"]) == ("reader", 6, 2)
    assert figures["first_page_ms"] > 0
    assert 50 < figures["rss_mb_after_jumps"] < 4000


def test_without_a_browser_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reader, "find_spec", lambda _name: None)
    assert main(["bench", "reader"]) != 0
    assert "pip install" in capsys.readouterr().err
