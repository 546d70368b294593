"""Letters over a real mail server: each once, whatever the server and the worker do in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import select

from documents.database import Database
from ecabinet.config import Config
from ecabinet.engines import Engines
from ecabinet.mail_server import parse
from ecabinet.notices import operations
from ecabinet.notices.calendar import Event
from ecabinet.notices.models import Mail, Notice
from ecabinet.notices.rules import AT_ONCE, CLAIM, REST, TRIES, Fault, MailState
from ecabinet.notices.sending import MailTask, claim
from ecabinet.registry.models import Member
from ecabinet.sealing import Sealer
from tests.mail_service import PASSWORD, certificate, mail_server
from tests.people import Office, make_office
from tests.services import free_ports

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MakeEngines = Callable[..., Engines]


@pytest.fixture
def engines_to(database: Database, tmp_path: Path) -> MakeEngines:
    """``engines_to(port)``: engines whose letters go there; without a port nowhere."""

    def make(port: int = 0, query: str = "", user: str = "", password: str = "") -> Engines:
        config = Config.from_env({"DATA_DIR": str(tmp_path), "PUBLIC_URL": "https://hop.doan.vn"})
        if port:
            url = f"smtp://{user}127.0.0.1:{port}{query}"
            server = parse(url, "Văn phòng Trung ương Đoàn <vp@doan.vn>")
            config = replace(config, smtp=server, smtp_password=password)
        return Engines(config, database, None, None, Sealer("k" * 32))  # type: ignore[arg-type]

    return make


@pytest.fixture
def office(database: Database) -> Office:
    with database.writing() as db:
        office = make_office(db)
        for name in ("first", "second", "third"):
            db.get_one(Member, office.members[name]).papers = {"email": f"{name}@doan.vn"}
        return office


EVENT = Event("u1@ecabinet", 0, NOW, NOW + timedelta(days=1), NOW + timedelta(days=1, hours=2), "Hội nghị; thử, nghiệm")


def tell(database: Database, office: Office, *names: str, event: Event | None = None) -> None:
    with database.writing() as db:
        for name in names:
            said = "Kính mời đồng chí dự họp.\n\nĐịa điểm: Phòng A."
            operations.tell(db, office.members[name], "Giấy mời: Hội nghị", said, "/meetings/1/invitation", NOW,
                            about="meeting:1", event=event)  # fmt: skip


def letters(database: Database) -> list[Mail]:
    with database.reading() as db:
        return list(db.scalars(select(Mail).order_by(Mail.id)))


def states(database: Database) -> list[tuple[str, str]]:
    return [(mail.state, mail.fault) for mail in letters(database)]


def drain(task: MailTask, engines: Engines, now: datetime = NOW) -> None:
    while task(engines, now):
        pass


def test_a_letter_arrives_whole_with_its_calendar(database: Database, engines_to: MakeEngines, office: Office) -> None:
    tell(database, office, "first", event=EVENT)
    with mail_server() as inbox:
        drain(MailTask(), engines_to(inbox.port))
    [(to, message)] = inbox.envelopes
    assert to == "first@doan.vn"
    assert message["To"].addresses[0].display_name == "Nguyễn Thị First"
    assert message["From"].addresses[0].display_name == "Văn phòng Trung ương Đoàn"
    assert message["Subject"] == "Giấy mời: Hội nghị"
    assert message["Auto-Submitted"] == "auto-generated"
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html", "text/calendar", "application/ics"}
    for kind in ("text/plain", "text/html"):
        assert "Kính mời đồng chí dự họp." in parts[kind].get_content()
        assert "https://hop.doan.vn/meetings/1/invitation" in parts[kind].get_content()
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    assert parts["application/ics"].get_filename() == "lich-hop.ics"
    for part in (parts["text/calendar"], parts["application/ics"]):
        [entry] = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
        assert entry["SUMMARY"] == "Hội nghị; thử, nghiệm"
        assert entry["ATTENDEE"] == "mailto:first@doan.vn"
    assert states(database) == [("sent", "")]


def test_what_people_type_makes_no_headers_and_no_markup(
    database: Database, engines_to: MakeEngines, office: Office
) -> None:
    with database.writing() as db:
        operations.tell(
            db, office.members["first"], "Họp\r\nBcc: everybody@doan.vn", "<script>alert(1)</script>", "/", NOW
        )
    with mail_server() as inbox:
        drain(MailTask(), engines_to(inbox.port))
    [(_to, message)] = inbox.envelopes
    assert message["Bcc"] is None
    assert message["Subject"] == "Họp Bcc: everybody@doan.vn"
    html = message.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()


def test_who_has_no_address_or_wants_none_gets_a_notice_only(
    database: Database, engines_to: MakeEngines, office: Office
) -> None:
    with database.writing() as db:
        operations.choose(db, office.members["second"], by_mail=False)
    tell(database, office, "first", "second", "chair")
    with database.reading() as db:
        assert len(db.scalars(select(Notice)).all()) == 3
    assert [mail.address for mail in letters(database)] == ["first@doan.vn"]


def test_nothing_is_told_of_what_was_rolled_back(database: Database, office: Office) -> None:
    def fail() -> None:
        with database.writing() as db:
            operations.tell(db, office.members["first"], "x", "y", "/", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert letters(database) == []


def test_each_goes_out_once_however_often_the_worker_asks(
    database: Database, engines_to: MakeEngines, office: Office
) -> None:
    for _ in range(AT_ONCE + 3):
        tell(database, office, "first")
    with mail_server() as inbox:
        task = MailTask()
        drain(task, engines_to(inbox.port))
        drain(task, engines_to(inbox.port), NOW + timedelta(days=1))
        drain(MailTask(), engines_to(inbox.port), NOW + timedelta(days=2))
    assert len(inbox.ids) == len(set(inbox.ids)) == AT_ONCE + 3


def test_a_worker_killed_before_handing_in_delays_the_letter_and_no_more(
    database: Database, engines_to: MakeEngines, office: Office
) -> None:
    tell(database, office, "first")
    with database.writing() as db:
        claim(db, NOW)  # and then it is killed
    with mail_server() as inbox:
        drain(MailTask(), engines_to(inbox.port), NOW + CLAIM - timedelta(seconds=1))
        assert inbox.ids == []
        drain(MailTask(), engines_to(inbox.port), NOW + CLAIM)
    assert len(inbox.ids) == 1
    assert states(database) == [("sent", "")]


def test_a_worker_killed_between_the_servers_yes_and_the_mark_sends_the_same_letter(
    database: Database, engines_to: MakeEngines, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has the Message-ID of the first, by which servers and programs show it once."""
    tell(database, office, "first")
    with mail_server() as inbox:
        with monkeypatch.context() as patch:
            patch.setattr("ecabinet.notices.sending.settle", _die)
            with pytest.raises(KeyboardInterrupt):
                MailTask()(engines_to(inbox.port), NOW)
        assert [mail.state for mail in letters(database)] == [MailState.SENDING]
        drain(MailTask(), engines_to(inbox.port), NOW + CLAIM)
    assert len(inbox.ids) == 2
    assert len(set(inbox.ids)) == 1
    first, second = (message for _to, message in inbox.envelopes)
    assert (first["Date"], first["Subject"]) == (second["Date"], second["Subject"])


def _die(*_args: object) -> None:
    raise KeyboardInterrupt


def test_a_server_that_is_down_is_left_alone_then_tried_again(
    database: Database, engines_to: MakeEngines, office: Office
) -> None:
    tell(database, office, "first", "second")
    [port] = free_ports(1)
    task = MailTask()
    drain(task, engines_to(port))
    assert states(database) == [("waiting", Fault.UNREACHABLE)] * 2
    tell(database, office, "third")
    assert task(engines_to(port), NOW + REST / 2) is False  # not even asked
    assert letters(database)[-1].attempts == 0
    with mail_server(port=port) as inbox:
        drain(task, engines_to(port), NOW + REST)
        assert [to for to, _message in inbox.envelopes] == ["third@doan.vn"]  # the others are not due yet
        drain(task, engines_to(port), NOW + TRIES[0])
    assert len(set(inbox.ids)) == len(inbox.ids) == 3
    assert {state for state, _fault in states(database)} == {"sent"}


def test_it_is_given_up_in_the_end(database: Database, engines_to: MakeEngines, office: Office) -> None:
    tell(database, office, "first")
    engines, now = engines_to(free_ports(1)[0]), NOW
    for _attempt in range(len(TRIES) + 1):
        MailTask()(engines, now)
        now = max(now, letters(database)[0].run_after)
    assert states(database) == [("failed", Fault.UNREACHABLE)]
    assert MailTask()(engines, now + timedelta(days=30)) is False


def test_one_refused_address_keeps_nobody_elses_letter(
    database: Database, engines_to: MakeEngines, office: Office
) -> None:
    tell(database, office, "first", "second", "third")
    with mail_server() as inbox:
        inbox.answers = {"first@doan.vn": "550 no such user", "second@doan.vn": "451 try later"}
        drain(MailTask(), engines_to(inbox.port))
        assert [to for to, _message in inbox.envelopes] == ["third@doan.vn"]
        assert states(database) == [("failed", "refused"), ("waiting", "later"), ("sent", "")]
        inbox.answers = {}
        drain(MailTask(), engines_to(inbox.port), NOW + TRIES[0])
    assert states(database) == [("failed", "refused"), ("sent", ""), ("sent", "")]


def test_a_refused_letter_is_given_up(database: Database, engines_to: MakeEngines, office: Office) -> None:
    tell(database, office, "first")
    with mail_server() as inbox:
        inbox.said_to_letters = "554 looks like spam"
        drain(MailTask(), engines_to(inbox.port))
    assert states(database) == [("failed", "rejected")]


def test_a_server_too_slow_to_answer_is_a_server_that_is_down(
    database: Database, engines_to: MakeEngines, office: Office
) -> None:
    tell(database, office, "first")
    with mail_server() as inbox:
        inbox.slow = 0.6
        MailTask(seconds=0.2)(engines_to(inbox.port), NOW)
    assert states(database) == [("waiting", Fault.UNREACHABLE)]


def test_over_tls_with_a_password(database: Database, engines_to: MakeEngines, office: Office, tmp_path: Path) -> None:
    trusted, context = certificate(tmp_path)
    tell(database, office, "first")
    with mail_server(tls=context) as inbox:
        query = f"?starttls=1&ca={trusted}"
        stranger = engines_to(inbox.port, "?starttls=1", "vanphong@", PASSWORD)
        MailTask()(stranger, NOW)  # its certificate is nobody's we trust
        assert states(database) == [("waiting", Fault.UNREACHABLE)]
        MailTask()(engines_to(inbox.port, query, "vanphong@", "wrong"), NOW + TRIES[0])
        assert states(database) == [("waiting", Fault.SIGN_IN)]
        drain(MailTask(), engines_to(inbox.port, query, "vanphong@", PASSWORD), NOW + timedelta(hours=1))
    assert len(inbox.ids) == 1


def test_without_a_server_letters_do_not_pile_up(database: Database, engines_to: MakeEngines, office: Office) -> None:
    tell(database, office, "first", "second")
    drain(MailTask(), engines_to())
    assert states(database) == [("failed", Fault.NO_SERVER)] * 2


def test_notices_are_read_one_by_one_or_all(database: Database, office: Office) -> None:
    tell(database, office, "first", "first", "second")
    with database.writing() as db:
        mine = db.scalars(select(Notice).where(Notice.member_id == office.members["first"])).all()
        operations.read(db, office.members["first"], NOW, mine[0].id)
    with database.writing() as db:
        unread = select(Notice.member_id).where(Notice.read_at.is_(None)).order_by(Notice.id)
        assert db.scalars(unread).all() == [office.members["first"], office.members["second"]]
        operations.read(db, office.members["first"], NOW)
        assert db.scalars(unread).all() == [office.members["second"]]
