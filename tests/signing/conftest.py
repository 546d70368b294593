"""Papers of both forms on their way: ready to be signed, signed, numbered, sealed."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ecabinet.config import Config
from ecabinet.printing import pdf
from ecabinet.signing import engine, places, prepare
from ecabinet.signing.looks import Appearance
from tests.authority import NOW, signer
from tests.printing.papers import DECISION, LETTER

NUMBER = {"number": "245", "day": "22", "month": "11"}
SHOWN = Appearance("Nguyễn Thị Hằng", "Ủy ban nhân dân phường Hoàn Kiếm")
OF_OFFICE = Appearance("Con dấu", "Ủy ban nhân dân phường Hoàn Kiếm", seal=True)


@dataclass(frozen=True)
class Way:
    """One paper at each step."""

    plain: bytes
    ready: bytes
    signed: bytes
    numbered: bytes
    sealed: bytes


def blank(sheet: object = DECISION) -> bytes:
    """A paper without number and day."""
    head = sheet.head  # type: ignore[attr-defined]
    return pdf.render(replace(sheet, head=replace(head, number="", on=None)), NOW)  # type: ignore[type-var]


@pytest.fixture(scope="session")
def way() -> Way:
    """A decision of the state form, signed by a person, numbered, signed by its office."""
    plain = blank()
    ready = prepare.prepare(plain, places.find(plain))
    signed = engine.sign(ready, "signer-1", signer("Nguyễn Thị Hằng"), SHOWN, "Ký ban hành", NOW)
    numbered = prepare.fill(signed, NUMBER)
    sealed = engine.sign(numbered, "organisation", signer("Con dấu"), OF_OFFICE, "Phát hành", NOW)
    return Way(plain, ready, signed, numbered, sealed)


@pytest.fixture(scope="session")
def letter() -> bytes:
    """A letter of the Union's form without number and day."""
    return blank(LETTER)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation that was given no certificate."""
    return Config.from_env({"DATA_DIR": str(tmp_path / "data"), "PUBLIC_URL": "https://hop.example.vn"})
