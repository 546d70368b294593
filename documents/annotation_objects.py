"""The objects that annotations are made of, as pypdf writes them. Loaded in the child process only."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    PdfObject,
)

from documents.annotation_looks import FINE
from documents.annotation_marks import Box


def form(content: bytes, box: Box) -> DecodedStreamObject:
    """Something drawn, to be used where it is referred to."""
    made = DecodedStreamObject()
    made.set_data(content)
    made |= dictionary(Type=NameObject("/XObject"), Subtype=NameObject("/Form"), BBox=numbers(box))
    made[NameObject("/Resources")] = DictionaryObject()
    return made


def packed(drawn: DictionaryObject) -> PdfObject:
    """The same in fewer bytes."""
    return cast(DecodedStreamObject, drawn).flate_encode()


def dictionary(**entries: PdfObject) -> DictionaryObject:
    """Its keys as names."""
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def numbers(values: Iterable[float]) -> ArrayObject:
    """As fine as anything is drawn."""
    return ArrayObject(FloatObject(round(float(value), FINE)) for value in values)


def date(moment: str) -> str:
    """Of a moment in ISO 8601."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
