"""The demonstration: real units, generated members, a meeting today, laws in the archive, an account for each role."""

import os
import random
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from documents.blobs import Blob
from documents.operations import add_document
from documents.versions import add_version
from ecabinet.access import member_label, unit_label
from ecabinet.demo import (
    drafting,
    exchange,
    filing,
    issuing,
    keys,
    laws,
    meeting,
    office,
    opinions,
    people,
    registers,
    rooms,
    work,
)
from ecabinet.engines import Engines
from ecabinet.registry.models import Account, Unit

SEED = 20261122
WORDS = ("sen", "tre", "lua", "bien", "nui", "song", "nang", "mai", "dao", "cau")
ACCOUNTS_FILE = "demo-accounts.txt"


def make(engines: Engines, say: Callable[[str], None]) -> None:
    """Fill an empty database; on one that has the demonstration already, only bring its meeting to the present day."""
    now = datetime.now(UTC)
    with engines.database.writing() as db:
        if db.scalar(select(Unit.id).limit(1)) is not None:
            meeting.move_to_today(db, now)
            opinions.move_on(db, now)
            return
    source = random.Random(SEED)
    say("demo: writing the laws as PDFs …")
    paths = sorted((people.DATA / "laws").glob("*.txt"))
    read = [laws.read_law(path) for path in paths]
    law_blobs = [engines.blobs.put(laws.render(law)) for law in read]
    came = office.letters(now)
    letter_blobs = office.put(engines, came)
    goes = issuing.letters(now)
    going_blobs = issuing.put(engines, goes)
    past = registers.letters(now)
    past_blobs = registers.put(engines, past)
    papers = {path: _put(engines, path) for path in sorted((people.DATA / "papers").glob("*.pdf"))}
    password = (
        os.environ.get("DEMO_PASSWORD")
        or f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(9000) + 1000}"
    )
    with engines.database.writing() as db:
        say("demo: 34 provinces, 3,321 communes, 2,000 members, their committees …")
        centre, provinces, communes = people.make_units(db)
        members = people.make_members(db, source, centre, provinces, communes, now)
        bodies = people.make_bodies(db, centre, provinces, members, now)
        lines = people.make_accounts(db, centre, provinces[0], members, password)
        say("demo: the archive and the meeting of the day …")
        clerk = member_label(db.scalars(select(Account.member_id).where(Account.login == "vanthu")).one())
        for law, path, blob in zip(read, paths, law_blobs, strict=True):
            labels = {unit_label(centre.id)}
            document = add_document(
                db, title=law.title, kind="law", labels=labels, by=clerk, now=now,
                type_code="Luật", number=law.number, issuer="Quốc hội", issued_on=law.issued_on,
                owner=unit_label(centre.id),
            )  # fmt: skip
            add_version(
                db, document, blob, filename=f"{path.stem}.pdf", media_type="application/pdf", by=clerk, now=now
            )
        secretary = db.scalars(select(Account).where(Account.login == "thuky")).one()
        of_today = meeting.make_meeting(db, centre, bodies["standing"], secretary, papers, now, source)
        rooms.make(db, centre, bodies["standing"], secretary, of_today, now, source)
        opinions.make_round(db, centre, bodies["standing"], secretary, papers, now)
        office.make(db, centre, bodies["committee"], came, letter_blobs, now)
        registers.make(db, provinces, past, past_blobs, now)
        issuing.make(db, centre, provinces[0], goes, going_blobs, now)
        drafting.make(db, engines.blobs, centre, now)
        filing.make(db, centre, now)
        keys.make(db, centre, engines.sealer, password, now)
        work.make(db, centre, now)
        # Inside the transaction: a demonstration whose passwords nobody knows would be of no use.
        _keep(engines.config.data_dir / ACCOUNTS_FILE, lines)
    exchange.make(engines, centre, now)


def accounts(data_dir: Path) -> list[str]:
    """The demonstration's accounts, a line each; none where there is no demonstration."""
    path = data_dir / ACCOUNTS_FILE
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _put(engines: Engines, path: Path) -> Blob:
    with path.open("rb") as file:
        return engines.blobs.put(file)


def _keep(path: Path, lines: list[str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
