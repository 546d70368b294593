"""A small run of the registry's benchmark: it works, and its line has the keys that are compared."""

import json

import pytest

from ecabinet.__main__ import main

KEYS = {
    "bench", "database", "members", "import_rows_per_s", "list_p95_ms", "name_p95_ms", "subtree_p95_ms", "tree_p95_ms",
    "rss_mb", "rows", "corrected", "refused", "unexplained",
}  # fmt: skip


def test_a_small_run_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "registry", "--members", "2000"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures.keys() >= KEYS
    assert (figures["bench"], figures["database"], figures["members"]) == ("registry", "sqlite", 2000)
    # the rows that the list was given on purpose, each found and named
    assert (figures["rows"], figures["corrected"], figures["refused"], figures["unexplained"]) == (2020, 40, 20, 0)
