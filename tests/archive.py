"""Documents put into the archive for tests."""

import io
from datetime import date

from documents.blobs import Blobs
from documents.database import Database
from documents.rules import Secrecy
from ecabinet.library import archive
from ecabinet.library.archive_rules import Facts
from ecabinet.registry.models import Unit
from tests.people import NOW, Office


def facts(title: str = "Quy chế làm việc", **said: object) -> Facts:
    """What is said of a document."""
    values: dict[str, object] = {
        "title": title, "type_code": "QC", "number": "12-QC/TWĐTN", "issuer": "Trung ương Đoàn",
        "issued_on": date(2020, 3, 26), "signer": "Nguyễn Văn A", "secrecy": Secrecy.NORMAL,
    }  # fmt: skip
    return Facts(**(values | said))  # type: ignore[arg-type]


def put_in(
    database: Database,
    blobs: Blobs,
    office: Office,
    by: str = "administrator",
    unit: str = "centre",
    content: bytes = b"Mot van ban.",
    **said: object,
) -> int:
    """A document of a unit's archive; its id."""
    file = archive.File(blobs.put(io.BytesIO(content)), "quy-che.txt", "text/plain")
    with database.writing() as db:
        kept_by, person = db.get_one(Unit, office.units[unit]), office.person(db, by)
        return archive.put_in(db, kept_by, facts(**said), file, person, NOW).document_id  # type: ignore[arg-type]
