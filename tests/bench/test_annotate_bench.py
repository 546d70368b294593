"""The benchmark of annotations: a small run on both databases, with cut lines and a killed server, counts honestly."""

import argparse
import json
from typing import Any

import pytest

from ecabinet.bench import annotate, vote

PROMISED = {
    "bench", "tablets", "annotations", "cuts", "lost", "doubled", "diverged", "stroke_p99_ms", "database",
}  # fmt: skip


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotate, "LEAST_MS", 800)
    monkeypatch.setattr(annotate, "KILL_MS", 500)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_small_room_draws_through_cut_lines_and_a_dead_server(
    kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    vote.arguments(parser)
    annotate.arguments(parser)
    address = ["--database", request.getfixturevalue("postgres_url")] if kind == "postgresql" else []
    given = ["annotate", "--tablets", "4", "--annotations", "40", "--cuts", "5", *address]
    annotate.run(parser.parse_args(given))
    (line,) = capsys.readouterr().out.splitlines()
    figures: dict[str, Any] = json.loads(line)
    assert figures.keys() >= PROMISED
    assert figures["drops"] >= 4  # the server took all of them along
    counted = ("bench", "tablets", "annotations", "cuts", "kills", "lost", "doubled", "diverged", "database")
    assert {key: figures[key] for key in counted} == {
        "bench": "annotate", "tablets": 4, "annotations": 40, "cuts": 5, "kills": 1, "lost": 0, "doubled": 0,
        "diverged": 0, "database": kind,
    }  # fmt: skip
