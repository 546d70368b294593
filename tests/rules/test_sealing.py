"""Sealed values: unreadable, never twice the same, found by exact match, and broken ones are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.sealing import Sealer, Unsealable

SEALER = Sealer("a secret of the installation, long enough")


@given(st.text(max_size=200))
def test_what_is_sealed_opens_to_the_same(text: str) -> None:
    sealed = SEALER.seal(text)
    assert SEALER.open(sealed) == text
    assert SEALER.seal(text) != sealed
    assert len(text) < 4 or text.encode() not in sealed


def test_a_fingerprint_is_the_same_for_the_same_text_and_key_only() -> None:
    assert SEALER.fingerprint("001095000001") == SEALER.fingerprint("001095000001")
    assert SEALER.fingerprint("001095000001") != SEALER.fingerprint("001095000002")
    assert SEALER.fingerprint("001095000001") != Sealer("another secret").fingerprint("001095000001")


BROKEN = {
    "empty": b"",
    "short": b"short",
    "cut": SEALER.seal("x")[:-1],
    "nothing": bytes(40),
    "another key": Sealer("another").seal("x"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_what_was_changed_or_sealed_by_another_key_does_not_open(broken: bytes) -> None:
    with pytest.raises((Unsealable, ValueError)):
        SEALER.open(broken)
