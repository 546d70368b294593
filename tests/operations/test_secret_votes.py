"""Secret votes: every ballot counts once, and nothing that is stored says whose it is."""

import json
import logging
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text

from documents.database import Database
from documents.errors import Problem
from ecabinet.sealing import Sealer
from ecabinet.voting import operations, queries, urn
from ecabinet.voting.casting import Cast, cast_many, open_box
from ecabinet.voting.models import Ballot, Marked, Poll, SecretBallot, SecretReceipt, Urn, UrnSlip
from ecabinet.voting.published import ballot_list
from ecabinet.voting.receipts import fresh_receipt
from ecabinet.voting.rules import Base, Majority, Manner, PollDraft
from tests.people import ACT, NOW, SEALER, SEATS, Scene, make_meeting, make_office, participant

MAJORITY = Majority(1, 2, True, Base.CAST)


@pytest.fixture
def scene(database: Database) -> Scene:
    """A secret motion, open."""
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        poll = operations.draft_poll(db, meeting, PollDraft("Kỷ luật", None, MAJORITY, manner=Manner.SECRET))
        operations.open_poll(db, poll, ACT)
        return Scene(database, office, meeting.id, poll.id, {option.key: option.id for option in poll.options})


def cast(scene: Scene, name: str, option: str = "for", token: str = "a long token of the tablet of") -> Cast:
    return Cast(scene.poll, scene.member(name), (scene.options[option],), f"{token} {name}", NOW)


def take(scene: Scene, *casts: Cast) -> list[str]:
    with scene.database.writing() as db:
        outcomes = cast_many(db, casts, fresh_receipt, SEALER)
    return [outcome.code if isinstance(outcome, Problem) else outcome for outcome in outcomes]


def close(scene: Scene) -> None:
    with scene.database.writing() as db:
        operations.close_poll(db, db.get_one(Poll, scene.poll), ACT)
    urn.scrub(scene.database)


def numbers(scene: Scene) -> dict[str, int]:
    with scene.database.reading() as db:
        tables = (Ballot, Marked, UrnSlip, Urn, SecretBallot, SecretReceipt)
        return {t.__tablename__: db.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def test_it_is_counted_after_closing_and_the_receipts_are_in_the_list(scene: Scene) -> None:
    receipts = take(scene, cast(scene, "first"), cast(scene, "second"), cast(scene, "third", "against"))
    assert numbers(scene) == {
        "ballot": 0, "marked": 3, "urn_slip": 3, "urn": 1, "secret_ballot": 0, "secret_receipt": 0,
    }  # fmt: skip
    with scene.database.reading() as db:
        assert queries.progress(db, scene.poll).voted == 3
        assert queries.result(db, db.get_one(Poll, scene.poll)).counted.cast == 0
    close(scene)
    assert numbers(scene) == {
        "ballot": 0, "marked": 3, "urn_slip": 0, "urn": 0, "secret_ballot": 3, "secret_receipt": 3,
    }  # fmt: skip
    with scene.database.reading() as db:
        result = queries.result(db, db.get_one(Poll, scene.poll))
        assert result.counted.votes == {
            scene.options["for"]: 2,
            scene.options["against"]: 1,
            scene.options["abstain"]: 0,
        }
        assert set(db.scalars(select(SecretReceipt.receipt))) == set(receipts)
        assert result.verdict is not None
        assert (result.verdict.passed, result.verdict.numerator, result.verdict.denominator) == (True, 2, 3)


def test_the_same_ballot_again_gets_the_same_receipt_before_and_after_closing(scene: Scene) -> None:
    first = take(scene, cast(scene, "first"))
    assert take(scene, cast(scene, "first"), cast(scene, "first")) == first * 2
    close(scene)
    assert take(scene, cast(scene, "first")) == first
    assert numbers(scene)["secret_ballot"] == 1


@pytest.mark.parametrize(("option", "token"), [("against", "a long token of the tablet of"), ("for", "another")])
def test_a_second_ballot_is_refused_also_within_one_group(scene: Scene, option: str, token: str) -> None:
    outcomes = take(scene, cast(scene, "first"), cast(scene, "first", option, token))
    assert outcomes[1] == "already_voted"
    assert take(scene, cast(scene, "first", option, token)) == ["already_voted"]
    close(scene)
    with scene.database.reading() as db:
        assert list(db.scalars(select(SecretBallot.options))) == [[scene.options["for"]]]


def test_two_voters_with_the_same_token_are_two_voters(scene: Scene) -> None:
    """A tablet that makes poor tokens harms nobody else."""
    same = [Cast(scene.poll, scene.member(name), (scene.options["for"],), "1", NOW) for name in ("first", "second")]
    assert len(set(take(scene, *same))) == 2


def test_what_is_stored_names_no_ballot(scene: Scene) -> None:
    """By key: no column that both a voter and a ballot have, but the vote's. By time: no moment is kept."""
    tables = {t.__tablename__: inspect(t).columns.keys() for t in (Marked, SecretBallot, SecretReceipt)}
    assert tables == {
        "marked": ["poll_id", "member_id", "proof"],
        "secret_ballot": ["key", "poll_id", "options"],
        "secret_receipt": ["receipt", "poll_id"],
    }
    receipts = take(scene, *(cast(scene, name) for name in SEATS))
    close(scene)
    with scene.database.reading() as db:
        proofs = set(db.scalars(select(Marked.proof)))
        keys = set(db.scalars(select(SecretBallot.key)))
    assert not proofs & (keys | set(receipts))


def test_the_rows_of_ballots_lie_in_the_order_of_random_keys(scene: Scene) -> None:
    """By order on disk: one transaction wrote them all after closing, in the order of their keys."""
    for name in SEATS:
        take(scene, cast(scene, name))
    close(scene)
    place = "rowid" if scene.database.is_sqlite else "ctid"
    with scene.database.reading() as db:
        for table, key in (("secret_ballot", "key"), ("secret_receipt", "receipt")):
            on_disk = list(db.scalars(text(f"SELECT {key} FROM {table} ORDER BY {place}")))
            assert on_disk == sorted(on_disk)
            assert len(on_disk) == len(SEATS)
        if not scene.database.is_sqlite:
            written = set(db.scalars(text("SELECT xmin::text FROM secret_ballot")))
            assert len(written) == 1
            assert not written & set(db.scalars(text("SELECT xmin::text FROM marked")))


def test_while_it_is_open_a_copy_of_the_database_opens_nothing(scene: Scene) -> None:
    take(scene, *(cast(scene, name, option) for name, option in zip(SEATS, ["for", "against"] * 2, strict=True)))
    with scene.database.reading() as db:
        sealed = list(db.scalars(select(UrnSlip.sealed)))
        key = db.scalar(select(Urn.key))
    assert len({len(one) for one in sealed}) == 1
    assert len(set(sealed)) == len(SEATS)
    assert key is not None
    # The key is sealed under the server's secret, which the database does not hold.
    with pytest.raises(ValueError, match="non-hexadecimal"):
        bytes.fromhex(key.decode("latin-1"))


def test_the_file_keeps_nothing_of_an_emptied_urn(scene: Scene) -> None:
    if not scene.database.is_sqlite:
        # The leftovers of PostgreSQL are for VACUUM, which scrub() asks for: no dead row is left.
        take(scene, cast(scene, "first"))
        close(scene)
        with scene.database.reading() as db:
            assert db.scalar(text("SELECT pg_relation_size('urn_slip') + pg_relation_size('urn')")) == 0
        return
    take(scene, *(cast(scene, name) for name in SEATS))
    with scene.database.reading() as db:
        sealed = [*db.scalars(select(UrnSlip.sealed)), db.scalar(select(Urn.key))]
    close(scene)
    file = Path(str(scene.database.url.database))
    kept = file.read_bytes() + (wal.read_bytes() if (wal := file.with_name(file.name + "-wal")).exists() else b"")
    assert all(one is not None and one not in kept for one in sealed)


def test_no_log_says_what_a_ballot_says(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Not even when the database fails in the middle."""
    caplog.set_level(logging.DEBUG)
    ballot = cast(scene, "first")
    box = open_box(scene.database, SEALER)
    with scene.database.writing() as db:
        db.execute(text("ALTER TABLE urn_slip RENAME TO urn_slip_away"))
    with pytest.raises(Exception, match="urn_slip"):
        box.submit(ballot).result(timeout=60)
    box.close()
    assert "could not be committed" in caplog.text
    assert ballot.token not in caplog.text
    assert ballot.token not in repr(ballot)
    assert str(list(ballot.options)) not in caplog.text


def test_a_cancelled_secret_run_is_kept_shuffled_too(scene: Scene) -> None:
    take(scene, cast(scene, "first"))
    with scene.database.writing() as db:
        operations.cancel_poll(db, db.get_one(Poll, scene.poll), "Nhầm nội dung", ACT)
    assert numbers(scene)["secret_ballot"] == 1
    assert numbers(scene)["urn"] == 0


def test_ballots_of_unequal_weight_cannot_be_secret(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        participant(db, office, meeting, "chair").weight = 2
        db.flush()
        poll = operations.draft_poll(db, meeting, PollDraft("Kỷ luật", None, MAJORITY, manner=Manner.SECRET))
        with pytest.raises(Problem, match="secret_needs_equal_weights"):
            operations.open_poll(db, poll, ACT)


def test_an_urn_that_does_not_open_is_not_emptied(scene: Scene) -> None:
    """Another server secret: the vote cannot be closed by mistake with its ballots lost."""
    take(scene, cast(scene, "first"))
    wrong = operations.Act(None, NOW, Sealer("another secret"))
    with pytest.raises(Problem, match="urn_unreadable"), scene.database.writing() as db:
        operations.close_poll(db, db.get_one(Poll, scene.poll), wrong)
    assert numbers(scene)["urn_slip"] == 1
    with scene.database.reading() as db:
        assert db.get_one(Poll, scene.poll).state == "open"


RECOUNT = Path(__file__).resolve().parents[2] / "tools" / "recount.py"
_files = count(1)


def recount(folder: Path, listed: object, *receipts: str) -> subprocess.CompletedProcess[str]:
    file = folder / f"{next(_files)}.json"
    file.write_text(json.dumps(listed), "utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(RECOUNT), str(file), *receipts], capture_output=True, text=True, check=False
    )


def test_the_published_list_is_recounted_by_the_independent_script(scene: Scene, tmp_path: Path) -> None:
    receipts = take(scene, cast(scene, "first"), cast(scene, "second"), cast(scene, "third", "against"))
    close(scene)
    with scene.database.writing() as db:
        poll = db.get_one(Poll, scene.poll)
        operations.publish_poll(db, poll, ACT)
        listed = ballot_list(db, poll)
    agreed = recount(tmp_path, listed, receipts[0])
    assert (agreed.returncode, "all agrees" in agreed.stdout) == (0, True), agreed.stdout + agreed.stderr
    assert recount(tmp_path, listed, "2222-2222-2222").returncode == 1
    one_away = recount(tmp_path, listed | {"ballots": listed["ballots"][1:]})
    assert (one_away.returncode, "cast: published 3, counted 2" in one_away.stdout) == (1, True)
    turned = [{"options": [scene.options["against"]], "weight": 1}] * 3
    assert recount(tmp_path, listed | {"ballots": turned}).returncode == 1
    assert recount(tmp_path, {"format": "something else"}).returncode == 2
