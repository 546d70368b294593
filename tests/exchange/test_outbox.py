"""Documents that go to a partner: packed once, posted until they are taken, given up with a reason; statuses back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from documents.database import Database
from documents.errors import Problem
from ecabinet.exchange import edxml_reading, outbox, queries, signatures
from ecabinet.exchange.exchange_rules import CLAIM, TRIES, check_url
from ecabinet.exchange.models import ExchangeMessage
from ecabinet.exchange.package_rules import Business, Header, Package, Signature, StatusCode
from ecabinet.exchange.sending import SendTask, _claim
from ecabinet.issuing import recalling
from ecabinet.office import links
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.printing import seals
from tests.exchange.house import TOKEN, Exchange, Receiver, receiver
from tests.exchange.packages import OURS, SENDER, status
from tests.people import NOW
from tests.services import wait_until


@pytest.fixture
def partner() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


@pytest.fixture
def house(database: Database, tmp_path: Path, partner: Receiver) -> Exchange:
    return Exchange(database, tmp_path, partner.url)


def read(house: Exchange, content: bytes) -> Package:
    """As the partner reads it: it is signed by us."""
    ours = seals.identity(house.engines.config, NOW).certificate.public_bytes(Encoding.PEM).decode()
    signature, covered = signatures.verify(etree.fromstring(content, signatures.parser()), ours)
    assert signature == Signature.VALID
    return edxml_reading.read(covered)


def said(package: Package) -> Header:
    assert isinstance(package.said, Header)
    return package.said


def test_a_document_goes_out_once_and_its_delivery_follows(house: Exchange, partner: Receiver) -> None:
    office_id = house.issued(house.to_partner())
    house.fill()
    house.send()
    (headers, body) = partner.got[0]
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    package, doc = read(house, body), house.doc(office_id)
    header = said(package)
    assert (header.sender.organ_id, header.to[0].organ_id) == (OURS.organ_id, SENDER.organ_id)
    assert (header.code_number, header.code_notation, header.subject) == ("01", "QĐ-TWĐTN", doc.subject)
    assert (header.type_name, header.type_number, header.business) == ("Quyết định", 2, Business.NEW)
    assert header.document_id == f"{OURS.organ_id},{doc.issued_on:%Y/%m/%d},01/QĐ-TWĐTN"
    assert package.attachments[0].content.startswith(b"%PDF")
    (message,) = house.messages("out")
    assert (message.state, message.attempts, message.delivery_id) == ("sent", 1, house.deliveries(office_id)[0].id)
    assert house.deliveries(office_id)[0].status == StatusCode.ARRIVED
    house.fill()
    house.send()
    assert len(partner.got) == 1


def test_two_workers_pack_it_once(house: Exchange) -> None:
    house.issued(house.to_partner())
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _n: outbox.send_documents(house.engines, NOW), range(2)))
    assert len(house.messages("out")) == 1


def test_what_may_be_over_soon_is_tried_again(house: Exchange, partner: Receiver) -> None:
    house.issued(house.to_partner())
    house.fill()
    now, faults = NOW, []
    partner.answers = ["lost", "hangs", "500", "429", "nonsense"]
    for attempt, answer in enumerate(list(partner.answers)):
        house.send(now, seconds=0.5 if answer == "hangs" else 20)
        arrived = attempt + 1
        wait_until(lambda arrived=arrived: len(partner.got) == arrived, answer)  # type: ignore[misc]
        (message,) = house.messages("out")
        assert (message.state, message.run_after) == ("waiting", now + TRIES[attempt])
        faults.append(message.fault)
        house.send(now)
        assert len(partner.got) == arrived  # not before its time
        now += TRIES[attempt]
    assert faults == ["partner_unreachable"] * 2 + ["partner_later"] * 2 + ["partner_no_sense"]
    house.send(now)
    (message,) = house.messages("out")
    assert (message.state, message.fault, message.attempts) == ("sent", "", 6)
    assert len({body for _headers, body in partner.got}) == 1  # the same package: the partner knows it


def test_what_is_refused_is_given_up_with_the_reason_and_can_be_tried_again(house: Exchange, partner: Receiver) -> None:
    house.issued(house.to_partner())
    house.fill()
    partner.answers = ["422", "401", "redirects"]
    for answer, fault in enumerate(("partner_refused", "partner_token", "partner_refused"), 1):
        house.send()
        (message,) = house.messages("out")
        assert (message.state, message.fault, len(partner.got)) == ("failed", fault, answer)
        with house.database.writing() as db:
            assert queries.failed(db, house.unit) == 1
            outbox.retry(db, db.get_one(ExchangeMessage, message.id), NOW)
    house.send()
    assert house.messages("out")[0].state == "sent"
    with house.database.writing() as db:
        sent = db.get_one(ExchangeMessage, message.id)
        with pytest.raises(Problem, match="exchange_state"):
            outbox.retry(db, sent, NOW)


def test_an_answer_that_comes_twice_counts_once(house: Exchange, partner: Receiver) -> None:
    house.issued(house.to_partner())
    house.fill()
    partner.answers = ["twice"]
    house.send()
    assert (house.messages("out")[0].state, len(partner.got)) == ("sent", 1)


def test_after_the_last_try_it_is_given_up(house: Exchange, partner: Receiver) -> None:
    house.issued(house.to_partner())
    house.fill()
    partner.answers = ["500"] * 20
    now = NOW
    for pause in (*TRIES, timedelta()):
        house.send(now)
        now += pause
    (message,) = house.messages("out")
    assert (message.state, message.attempts) == ("failed", len(TRIES) + 1)
    assert len(partner.got) == len(TRIES) + 1


def test_what_a_killed_worker_had_is_sent_by_another(house: Exchange, partner: Receiver) -> None:
    house.issued(house.to_partner())
    house.fill()
    assert _claim(house.engines, NOW) is not None  # and it dies
    assert SendTask()(house.engines, NOW) is False
    house.send(NOW + CLAIM)
    assert (house.messages("out")[0].state, len(partner.got)) == ("sent", 1)


def test_statuses_of_the_partner_come_to_the_delivery(house: Exchange) -> None:
    office_id = house.issued(house.to_partner())
    house.fill()
    house.send()
    about = house.messages("out")[0].about
    for code in (StatusCode.RECEIVED, StatusCode.IN_PROGRESS, StatusCode.IN_PROGRESS, StatusCode.DONE):
        house.comes(status(code, about, SENDER))
    assert house.deliveries(office_id)[0].status == StatusCode.DONE
    assert [one.code for one in house.messages("in")] == ["03", "05", "06"]
    with pytest.raises(Problem, match="package_unknown_document"):
        house.comes(status(StatusCode.DONE, about.replace("01/", "02/"), SENDER))


def test_a_recall_goes_after_it_and_is_answered(house: Exchange, partner: Receiver) -> None:
    office_id = house.issued(house.to_partner())
    house.fill()
    house.send()
    with house.database.writing() as db:
        recalling.recall(db, house.seen(db, office_id), "Ban hành nhầm", house.person(db), NOW)
    house.fill()
    house.send()
    header = said(read(house, partner.got[1][1]))
    assert (header.business, header.about, header.reason) == ("1", (header.document_id,), "Ban hành nhầm")
    house.comes(status(StatusCode.RECALL_AGREED, header.document_id, SENDER))
    assert house.deliveries(office_id)[0].recall == StatusCode.RECALL_AGREED
    house.fill()
    assert len(house.messages("out")) == 2


def test_what_replaces_another_says_so(house: Exchange, partner: Receiver) -> None:
    earlier = house.issued(house.to_partner())
    new = house.numbered(subject="Về việc khen thưởng (thay thế)")
    with house.database.writing() as db:
        link = Link(LinkKind.OFFICE, new, Relation.REPLACES, LinkKind.OFFICE, earlier)
        links.add(db, link, house.office.members["first"], NOW)
    house.issue(new, house.to_partner())
    house.deliver()
    house.fill()
    house.send()
    first, second = (said(read(house, body)) for _headers, body in partner.got)
    assert (second.business, second.about) == (Business.REPLACE, (first.document_id,))


def test_who_is_no_partner_is_named_and_gets_nothing(house: Exchange, partner: Receiver) -> None:
    house.issued(house.to_partner("Sở Nội vụ", "000.00.07.H41"))
    house.fill()
    assert house.messages("out") == []
    with house.database.reading() as db:
        assert list(outbox.without_partner(db, house.unit)) == [("000.00.07.H41", "Sở Nội vụ")]


def test_what_cannot_be_packed_stands_there_with_its_reason(
    house: Exchange, partner: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.issued(house.to_partner())
    with monkeypatch.context() as small:
        small.setattr(outbox, "MOST_BYTES", 10)
        house.fill()
    (message,) = house.messages("out")
    assert (message.state, message.fault) == ("failed", "package_too_large")
    with house.database.writing() as db:
        outbox.retry(db, db.get_one(ExchangeMessage, message.id), NOW)
    house.fill()
    house.send()
    assert (house.messages("out")[0].state, len(partner.got)) == ("sent", 1)


@pytest.mark.parametrize(
    ("url", "good"),
    [("https://lt.example.vn/exchange/receive", True), ("http://127.0.0.1:8080/x", True), ("http://10.0.0.1/x", False),
     ("https://me:pw@lt.example.vn/", False), ("file:///etc/passwd", False), ("https://", False),
     ("https://a b/", False),
     ("https://[x/", False), ("https://h:99999/", False)],
)  # fmt: skip
def test_addresses_of_receivers(url: str, good: bool) -> None:
    if good:
        assert check_url(url) == url
        return
    with pytest.raises(Problem, match="partner_url"):
        check_url(url)
