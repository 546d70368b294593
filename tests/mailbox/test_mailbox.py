"""What is sent to the mailbox of a unit comes in as a document, once, from a real server; what cannot is listed."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Problem
from documents.models import Version
from ecabinet.access import Role
from ecabinet.mailbox import addresses, letters, operations
from ecabinet.mailbox.fetching import EVERY, LEASE, FetchTask
from ecabinet.mailbox.letters import open_letter
from ecabinet.mailbox.models import Mailbox, MailboxLetter
from ecabinet.office import origins
from ecabinet.office.document_models import OfficeDocument
from ecabinet.registry.models import Unit, UnitRole
from tests.imap_service import ImapServer, imap_server
from tests.issuing_people import Issuing
from tests.mail_service import PASSWORD
from tests.people import NOW

PDF = b"%PDF-1.4\n%%EOF\n"
ZIP = b"PK\x03\x04" + b"\0" * 40


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with imap_server(tmp_path_factory.mktemp("imap")) as one:
        yield one


@pytest.fixture
def server(shared_server: ImapServer) -> ImapServer:
    """The server with nothing in it."""
    with shared_server.open() as box:
        for folder in ("eCabinet", "INBOX"):
            if box.select(folder)[0] == "OK":
                box.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
                box.expunge()
    return shared_server


class House(Issuing):
    """The centre with its mailbox."""

    def set(self, address: str, password: str = PASSWORD, *, active: bool = True) -> None:
        with self.database.writing() as db:
            unit = db.get_one(Unit, self.office.units["centre"])
            admin = self.person(db, "administrator")
            operations.save(db, unit, address, password, self.engines.sealer, admin, NOW, active=active)

    def fetch(self, between: Callable[[], None] = lambda: None, now: object = NOW) -> None:
        task = FetchTask(20, between)
        while task(self.engines, now):  # type: ignore[arg-type]
            pass

    def again(self) -> None:
        """A minute later."""
        self.fetch(now=NOW + EVERY)

    def letters(self) -> list[MailboxLetter]:
        with self.database.reading() as db:
            return list(db.scalars(select(MailboxLetter).order_by(MailboxLetter.id)))

    def documents(self) -> list[OfficeDocument]:
        with self.database.reading() as db:
            return list(db.scalars(select(OfficeDocument).order_by(OfficeDocument.id)))

    def mailbox(self) -> Mailbox:
        with self.database.reading() as db:
            return db.get_one(Mailbox, self.office.units["centre"])


@pytest.fixture
def house(database: Database, tmp_path: Path, server: ImapServer) -> House:
    made = House(database, tmp_path)
    made.set(server.address())
    return made


def letter(*files: tuple[str, bytes], subject: str = "V/v tổ chức Tháng Thanh niên", key: str = "<a@ubnd>") -> bytes:
    message = EmailMessage()
    message["From"] = "Văn thư UBND tỉnh <vanthu@ubnd.example>"
    message["To"] = "vanthu@doan.example"
    message["Subject"] = subject
    message["Date"] = "Fri, 20 Nov 2026 08:30:00 +0700"
    if key:
        message["Message-ID"] = key
    message.set_content("Kính gửi Đoàn Thanh niên.")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def test_a_letter_comes_in_with_all_its_files_and_is_moved(house: House, server: ImapServer) -> None:
    server.deliver(letter(("cong-van.docx", ZIP), ("Quyết định số 15.pdf", PDF)))
    house.fetch()
    (doc,) = house.documents()
    assert (doc.state, doc.created_by) == ("received", house.office.members["first"])
    (row,) = house.letters()
    assert (row.state, row.office_document_id, row.subject) == ("received", doc.id, "V/v tổ chức Tháng Thanh niên")
    with house.database.reading() as db:
        origin, files = origins.of(db, doc.id)
        offered = origins.offered(db, doc.id)
    assert origin is not None
    assert origin.sender == "Văn thư UBND tỉnh <vanthu@ubnd.example>"
    assert offered == {"subject": row.subject, "organ_name": "Văn thư UBND tỉnh"}
    assert (doc.subject, [one.filename for one in files]) == (row.subject, ["cong-van.docx"])
    assert (server.count("INBOX"), server.count("eCabinet")) == (0, 1)
    assert house.mailbox().looked_at == NOW


def test_killed_between_the_register_and_the_server_it_is_not_taken_twice(house: House, server: ImapServer) -> None:
    server.deliver(letter(("a.pdf", PDF)))

    class Killed(Exception):
        pass

    def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        house.fetch(die)
    assert server.count("INBOX", "UNSEEN") == 1
    house.fetch(now=NOW)  # its lease holds
    assert server.count("INBOX", "UNSEEN") == 1
    house.fetch(now=NOW + LEASE)
    assert (len(house.documents()), server.count("INBOX"), server.count("eCabinet")) == (1, 0, 1)


def test_a_connection_that_is_lost_is_said_and_goes_on(house: House, server: ImapServer, tmp_path: Path) -> None:
    with imap_server(tmp_path) as other:
        house.set(other.address())
        other.deliver(letter(("a.pdf", PDF)), letter(("b.pdf", PDF), key="<b@ubnd>"))
        house.fetch(other.process.kill)
    assert (house.mailbox().fault, len(house.documents())) == ("mailbox_lost", 1)
    house.again()
    assert house.mailbox().fault == "mailbox_unreachable"
    house.set(server.address())
    server.deliver(letter(("a.pdf", PDF)), letter(("b.pdf", PDF), key="<b@ubnd>"))  # as they lay there
    house.again()
    assert (house.mailbox().fault, len(house.documents()), server.count("eCabinet")) == ("", 2, 2)


def test_bad_letters_are_listed_with_the_reason_and_stay(
    house: House, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "MOST_BYTES", 20_000)
    broken = letter(("a.pdf", PDF), key="<d@ubnd>").replace(b"JVBERi0", b"!!!!!!!")
    server.deliver(
        letter(key="<b@ubnd>"), letter(("a.pdf", PDF * 3000), key="<c@ubnd>", subject="Thư lớn"), broken,
        b"\xff\xfe\x00 nothing of a letter", letter(("a.exe", b"MZ\x90\x00\x03"), key="<e@ubnd>"),
    )  # fmt: skip
    house.fetch()
    found = [(row.state, row.fault, row.subject) for row in house.letters()]
    assert [fault for _state, fault, _subject in found] == [
        "mail_no_attachment", "mail_too_large", "mail_broken", "mail_broken", "mail_no_attachment",
    ]  # fmt: skip
    assert {state for state, _fault, _subject in found} == {"refused"}
    assert found[1][2] == "Thư lớn"
    assert (server.count("INBOX", "FLAGGED SEEN"), server.count("INBOX"), house.documents()) == (5, 5, [])
    house.again()
    assert len(house.letters()) == 5


HOSTILE = (
    b"From: =?no-such-charset?B?xx?= <a@b.vn>\r\nSubject: =?utf-8?Q?=ff=fe?= =?x-unknown?Q?x?=\r\n"
    b"Date: never\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename*=no-charset''..%2F..%2Fetc%2Fpasswd.pdf\r\n\r\nJVBERi0xLjQK\r\n"
    b'--x\r\nContent-Type: image/png; name="../../logo.png"\r\nContent-Disposition: inline\r\n\r\n\x89PNG\r\n--x--\r\n'
)
DEEP = b"MIME-Version: 1.0\r\n" + b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
)


def test_hostile_letters_break_nothing(house: House, server: ImapServer) -> None:
    """No charset that anybody knows, names with paths, no id, no date."""
    server.deliver(HOSTILE)
    house.fetch()
    (taken,) = house.letters()
    assert (taken.state, taken.sent_at, taken.key[:7]) == ("received", None, "sha256:")
    with house.database.reading() as db:
        (version,) = db.scalars(select(Version))
    assert (version.filename, version.media_type) == ("passwd.pdf", "application/pdf")


def test_parts_in_parts_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.eml"
    path.write_bytes(DEEP)
    assert open_letter(path).fault in {"mail_broken", "mail_too_large"}


def test_without_a_clerk_letters_wait_where_they_are(house: House, server: ImapServer) -> None:
    server.deliver(letter(("a.pdf", PDF)))
    with house.database.writing() as db:
        for role in db.scalars(select(UnitRole).where(UnitRole.role == Role.CLERK)):
            db.delete(role)
    house.fetch()
    assert (house.mailbox().fault, house.letters(), server.count("INBOX", "UNSEEN")) == ("no_clerk", [], 1)


@pytest.mark.parametrize(("folder", "password", "fault"), [
    ("INBOX", "wrong", "mailbox_sign_in"), ("Khac", PASSWORD, "mailbox_folder"),
])  # fmt: skip
def test_what_is_wrong_with_a_mailbox_is_said(
    house: House, server: ImapServer, folder: str, password: str, fault: str
) -> None:
    house.set(server.address().replace("INBOX", folder), password)
    house.fetch()
    assert house.mailbox().fault == fault
    assert house.mailbox().run_after == NOW + EVERY


def test_the_password_is_sealed_and_goes_to_no_other_server(house: House, server: ImapServer) -> None:
    assert PASSWORD.encode() not in house.mailbox().password_sealed
    house.set(server.address(processed=""), "")
    with pytest.raises(Problem, match="mailbox_password"):
        house.set(server.address().replace(str(server.port), "1"), "")
    with house.database.writing() as db:
        unit, clerk = db.get_one(Unit, house.office.units["centre"]), house.person(db)
        with pytest.raises(Problem, match="forbidden"):
            operations.save(db, unit, "", "", house.engines.sealer, clerk, NOW, active=True)
    house.set(server.address(), active=False)
    house.fetch()
    assert house.mailbox().looked_at is None


def test_addresses() -> None:
    read = addresses.parse("imaps://van%20thu@thu.example.vn/INBOX/Den?processed=Da-lay")
    assert (read.host, read.port, read.tls, read.user) == ("thu.example.vn", 993, "implicit", "van thu")
    assert (read.folder, read.processed) == ("INBOX/Den", "Da-lay")
    assert addresses.parse("imap://a@127.0.0.1").tls == "none"
    assert addresses.parse("imap://a@thu.example.vn:143?starttls=1").tls == "starttls"


@pytest.mark.parametrize("url", [
    "", "imap://a@thu.example.vn", "imaps://thu.example.vn", "imaps://a:pw@thu.example.vn", "http://a@b", "imaps://a@[b",
    "imaps://a@b/x?y=1", "imaps://a@b?ca=/none", "imaps://a@b/%0D%0ADELETE", "imaps://a@b?starttls=2",
])  # fmt: skip
def test_wrong_addresses(url: str) -> None:
    with pytest.raises(Problem, match="mailbox_address"):
        addresses.parse(url)
