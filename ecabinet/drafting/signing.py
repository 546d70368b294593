"""The signature of the last of the chain: with their own certificate, or, where they have none, with the
installation's in their name, which is said plainly wherever it stands.
"""

import io
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet.access import Person
from ecabinet.drafting import chain
from ecabinet.drafting.chain import Signed
from ecabinet.engines import Engines
from ecabinet.messages import sentence
from ecabinet.office.desk import Seen
from ecabinet.office.forms import faults_of
from ecabinet.printing import seals
from ecabinet.sealing import Sealer
from ecabinet.signing import chains, engine, members, signers
from ecabinet.signing.looks import Appearance
from ecabinet.signing.members import Ready
from ecabinet.signing.models import MemberCertificate
from ecabinet.signing.signers import Signer

FIELD = "signer-1"
OF_SYSTEM = "Duyệt và ký bằng chứng thư của hệ thống thay cho {name}"
OWN = "Ký ban hành"
"""Reasons as they stand in the file: Vietnamese, whoever reads."""
SAID_AT_FORM = frozenset({
    "signing_password", "certificate_expired", "certificate_early", "certificate_revoked", "certificate_of_another",
    "certificate_unsuitable", "device_failed", "service_failed", "signed_pdf_altered", "tsa_failed", "seal_unusable",
    "already_signed", "field_missing", "pdf_unreadable",
})  # fmt: skip


@dataclass(frozen=True)
class Order:
    """What is to be signed and with what; ``ready`` None: with the installation's certificate."""

    paper_id: int
    sha256: str
    size: int
    name: str
    title: str
    organisation: str
    ready: Ready | None = field(repr=False)


def held(db: Session, person: Person) -> MemberCertificate | None:
    """The certificate that a person signs with, if there is one."""
    return members.of_member(db, person.member_id)


def order(db: Session, seen: Seen, person: Person, sealer: Sealer) -> Order:
    """What the one whose turn it is would sign. Raises ``certificate_of_another`` and as :func:`.chain.to_sign`."""
    step, version = chain.to_sign(db, seen)
    ready = members.ready(db, person.member_id, sealer) if held(db, person) is not None else None
    return Order(version.id, version.sha256, version.size, step.name, step.title, seen.doc.organ_name, ready)


@dataclass(frozen=True)
class Done:
    """A signed PDF in the store."""

    signed: Signed
    pdf: bytes = field(repr=False)
    signer: Signer = field(repr=False)


def sign(paper: bytes, what: Order, secret: str, engines: Engines, at: datetime) -> Done:
    """Sign, outside of any transaction; raises as :mod:`ecabinet.signing` does."""
    config = engines.config
    if what.ready is not None:
        signer = what.ready.open(secret, config, at)
        shown, reason = what.ready.appearance(what.organisation, what.title), OWN
    else:
        own = seals.identity(config, at)
        signer = signers.open_file(own.p12, (own.password or b"").decode())
        reason = OF_SYSTEM.format(name=what.name)
        shown = Appearance(reason, what.organisation, what.title)
    pdf = engine.sign(paper, FIELD, signer, shown, reason, at, engine.timestamper(config))
    blob = engines.blobs.put(io.BytesIO(pdf))
    holder = chains.display(signer.certificate.subject)
    return Done(Signed(what.paper_id, blob, holder, by_system=what.ready is None), pdf, signer)


def keep(db: Session, seen: Seen, done: Done, person: Person, at: datetime) -> None:
    """The document is signed from now on."""
    chain.sign(db, seen, done.signed, person, at)
    members.record(db, person.member_id, f"office:{seen.doc.id}", done.pdf, done.signer, at)


def spoken(refused: Problem) -> dict[str, str]:
    """What is wrong with certificate or password stands at the form; the rest is for the page of refusals."""
    if refused.code in SAID_AT_FORM:
        return {"secret": sentence(refused)}
    return faults_of(refused)
