"""The identity check against a simulated service over real HTTP: answers, retries, a worker that dies, data that
changed.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Problem
from ecabinet.audit import AuditEntry
from ecabinet.config import Config
from ecabinet.engines import Engines, open_engines
from ecabinet.registry import identity
from ecabinet.registry.history_models import MemberEvent
from ecabinet.registry.identity_models import IdentityCheck
from ecabinet.registry.models import Member
from tests.people import NOW, make_office

NUMBER = "001195000123"


@dataclass
class Service:
    """A population database that knows what it is told to; ``says`` is the next answer, or the raw body of one."""

    url: str = ""
    says: str | bytes = "match"
    status: int = 200
    heard: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append(json.loads(body))
            told.tokens.append(self.headers.get("Authorization"))
            answer = told.says if isinstance(told.says, bytes) else json.dumps({"result": told.says}).encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/verify"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Case:
    """A member with a national id about whom a question waits."""

    engines: Engines
    member: int

    def run(self, later: timedelta = timedelta()) -> bool:
        return identity.run_one(self.engines, NOW + later)

    def check(self) -> IdentityCheck:
        with self.engines.database.reading() as db:
            return db.scalars(select(IdentityCheck).order_by(IdentityCheck.id.desc())).first()  # type: ignore[return-value]

    def read(self) -> Member:
        with self.engines.database.reading() as db:
            return db.get_one(Member, self.member)


@pytest.fixture
def case(database: Database, service: Service, tmp_path: Path) -> Iterator[Case]:
    env = {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": database.url.render_as_string(hide_password=False)}
    engines = open_engines(Config.from_env(env | {"IDENTITY_URL": service.url, "IDENTITY_TOKEN": "let-me-in"}))
    with database.writing() as db:
        office = make_office(db)
        member = db.get_one(Member, office.members["first"])
        member.born_on = date(1995, 3, 26)
        member.national_id_sealed = engines.sealer.seal(NUMBER)
        member.national_id_print = engines.sealer.fingerprint(NUMBER)
        identity.ask(db, member, office.members["administrator"], NOW)
        case = Case(engines, member.id)
    yield case
    engines.database.dispose()


def test_a_match_marks_the_member_with_time_and_source(case: Case, service: Service) -> None:
    assert case.run()
    assert service.heard == [{"full_name": "Nguyễn Thị First", "born_on": "1995-03-26", "national_id": NUMBER}]
    assert service.tokens == ["Bearer let-me-in"]
    member = case.read()
    assert (member.verified_at, member.verified_by) == (NOW, service.url[:60])
    assert (case.check().state, case.check().answer) == ("done", "match")
    with case.engines.database.reading() as db:
        assert [event.kind for event in db.scalars(select(MemberEvent))] == ["verified"]
        assert "identity_check_asked" in set(db.scalars(select(AuditEntry.action)))
        assert NUMBER not in str([entry.details for entry in db.scalars(select(AuditEntry))])
    assert not case.run()


@pytest.mark.parametrize("answer", ["mismatch", "unknown"])
def test_any_other_answer_is_kept_and_marks_nobody(case: Case, service: Service, answer: str) -> None:
    service.says = answer
    assert case.run()
    assert case.check().answer == answer
    assert case.read().verified_at is None


NONSENSE = [(200, b"<html>"), (200, b'{"result": "perhaps"}'), (200, b"[]"), (200, b""), (200, b"null")]


@pytest.mark.parametrize(("status", "says"), [(500, "match"), (401, "match"), *NONSENSE])
def test_no_sensible_answer_is_asked_again_later(case: Case, service: Service, status: int, says: str | bytes) -> None:
    service.status, service.says = status, says
    assert case.run()
    assert (case.check().state, case.check().attempts) == ("waiting", 1)
    assert not case.run(timedelta(seconds=9))
    service.status, service.says = 200, "match"
    assert case.run(timedelta(seconds=11))
    assert case.check().state == "done"


def test_after_many_attempts_it_is_given_up_with_a_reason(case: Case, service: Service) -> None:
    service.status = 503
    for attempt in range(identity.MAX_ATTEMPTS):
        assert case.run(timedelta(hours=2 * attempt))
    assert (case.check().state, case.check().reason) == ("failed", "HTTPError")
    assert not case.run(timedelta(days=10))


def test_a_worker_that_died_while_asking_leaves_a_lease_that_ends(case: Case, service: Service) -> None:
    identity._claim(case.engines.database, NOW)
    assert not case.run(timedelta(seconds=1))
    assert case.run(identity.LEASE + timedelta(seconds=1))
    assert case.check().state == "done"


def test_a_member_corrected_meanwhile_is_not_marked(case: Case, service: Service) -> None:
    with case.engines.database.writing() as db:
        db.get_one(Member, case.member).national_id_print = case.engines.sealer.fingerprint("001195000999")
    assert not case.run()
    assert (case.check().state, case.check().reason) == ("failed", "changed")
    assert service.heard == []


def test_one_question_at_a_time_and_none_without_an_id(case: Case) -> None:
    with case.engines.database.writing() as db:
        member = db.get_one(Member, case.member)
        with pytest.raises(Problem, match="check_waiting"):
            identity.ask(db, member, member.id, NOW)
        member.national_id_print = None
        with pytest.raises(Problem, match="no_national_id"):
            identity.ask(db, member, member.id, NOW)


def test_without_a_service_nothing_is_asked(case: Case, database: Database, tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": database.url.render_as_string(hide_password=False)}
    engines = open_engines(Config.from_env(env))
    assert not identity.run_one(engines, NOW)
    engines.database.dispose()
