"""The benchmark itself: a small run on both databases prints every figure it promises, and counts honestly."""

import argparse
import json
from pathlib import Path

import pytest

from ecabinet.bench import vote
from ecabinet.bench.processes import BenchError

PROMISED = {
    "bench", "tablets", "connected", "ballots_per_s", "ack_p50_ms", "ack_p95_ms", "ack_p99_ms", "delivered_per_s",
    "delivery_p99_ms", "final_ms", "kib_per_tablet", "page_p95_ms", "lost", "doubled", "database",
}  # fmt: skip


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vote, "SETTLE_SECONDS", 0.1)
    monkeypatch.setitem(vote.STREAM, "seconds", 0.3)


def options(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    vote.arguments(parser)
    return parser.parse_args(["vote", *given])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_small_room_votes_and_every_figure_is_there(
    kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    address = ["--database", request.getfixturevalue("postgres_url")] if kind == "postgresql" else []
    vote.run(options("--tablets", "5", *address))
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert figures.keys() >= PROMISED
    assert {key: figures[key] for key in ("bench", "tablets", "connected", "acked", "lost", "doubled", "database")} == {
        "bench": "vote", "tablets": 5, "connected": 5, "acked": 15, "lost": 0, "doubled": 0, "database": kind,
    }  # fmt: skip
    assert figures["presenter_complete"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_server_is_killed_in_the_middle_and_no_ballot_is_lost(
    kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    address = ["--database", request.getfixturevalue("postgres_url")] if kind == "postgresql" else []
    vote.run(options("--tablets", "8", "--kill", "2", *address))
    figures = json.loads(capsys.readouterr().out)
    assert figures == {
        "bench": "vote-kill", "kills": 2, "tablets": 8, "acked": 16, "lost": 0, "doubled": 0, "recount_equal": True,
        "reconnects": 16, "database": kind,
    }  # fmt: skip


def test_the_middle_of_a_vote_needs_two_tablets() -> None:
    with pytest.raises(BenchError, match="needs 2 tablets"):
        vote.run(options("--tablets", "1", "--kill", "1"))


def test_without_its_libraries_the_reference_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(vote, "REFERENCE", tmp_path / "reference_server.js")
    with pytest.raises(BenchError, match="npm ci"):
        vote.measure_reference(5)
