"""Roles hold for the subtree of their unit and for nothing beside it."""

import pytest

from documents.errors import Forbidden
from ecabinet.access import GRANTS, Permission, Person, Role, ancestors
from ecabinet.registry.rules import throttled


def person(*roles: tuple[Role, str]) -> Person:
    return Person(1, 1, "Người thử", "1/", roles, frozenset())


@pytest.mark.parametrize(
    ("unit_path", "may"),
    [("1/5/", True), ("1/5/77/", True), ("1/", False), ("1/50/", False), ("1/6/", False), ("2/5/", False)],
)
def test_a_role_holds_for_its_subtree(unit_path: str, may: bool) -> None:
    secretary = person((Role.SECRETARY, "1/5/"))
    assert secretary.may(Permission.HOLD_MEETINGS, unit_path) is may


def test_require_raises_for_what_no_role_allows() -> None:
    with pytest.raises(Forbidden):
        person((Role.OFFICIAL, "1/")).require(Permission.HOLD_MEETINGS, "1/")
    with pytest.raises(Forbidden):
        person().require(Permission.READ_PAPERS, "1/")


def test_every_role_has_its_grants_written_down() -> None:
    assert set(GRANTS) == set(Role)


def test_an_administrator_reads_no_papers() -> None:
    assert not person((Role.ADMINISTRATOR, "1/")).may(Permission.READ_PAPERS, "1/")


def test_ancestors_from_the_root_down() -> None:
    assert ancestors("1/5/312/") == (1, 5, 312)


@pytest.mark.parametrize(
    ("of_login", "of_address", "waits"), [(0, 0, False), (9, 9, False), (10, 10, True), (0, 99, False), (0, 100, True)]
)
def test_the_throttle_counts_what_comes_from_one_address(of_login: int, of_address: int, waits: bool) -> None:
    assert throttled(of_login, of_address) is waits
