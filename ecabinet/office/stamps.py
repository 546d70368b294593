"""The incoming stamp (dấu ĐẾN): an object of its own, shown over the first page. The paper is never rewritten."""

from sqlalchemy.orm import Session

from documents.models import Version
from documents.processing import rendition_of
from documents.rules import RenditionKind
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.stamp_rules import PLACES, Stamp


def stamp_of(doc: OfficeDocument, receivers: list[str]) -> Stamp | None:
    """The stamp of a registered document; None for one without a number."""
    if doc.ordinal is None or doc.arrived_on is None:
        return None
    x, y = PLACES[doc.stamp or "right"]
    return Stamp(doc.unit.name.upper(), f"{doc.ordinal:02d}", doc.arrived_on, ", ".join(receivers), x, y)


def pictured(db: Session, version: Version | None) -> int | None:
    """The version, if there is a picture of its first page."""
    there = version is not None and rendition_of(db, version.id, RenditionKind.PREVIEW) is not None
    return version.id if version is not None and there else None
