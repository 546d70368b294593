"""What is asked of the search, as the address of the page says it: whoever opens the address asks the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from documents.search import Facet, Filters, Query, Sort
from ecabinet.fields import day_of
from ecabinet.library.search_rules import QUESTION_CHARACTERS, Chosen

PER_PAGE = 10
LAST_PAGE = 100
MOST_VALUES = 20
LONGEST_VALUE = 400
_DAYS = ("since", "until")


@dataclass(frozen=True)
class Asked:
    """A question with what it is narrowed to. ``chosen``: facet → values, any of which will do; ``since``, ``until``:
    days, both included; ``page`` counts from 1.
    """

    question: str = ""
    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether it is narrowed at all."""
        return bool(self.chosen or self.since or self.until)

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return not self.question and not self.narrowed

    def query(self, labels: frozenset[str], *, facets: bool = True) -> Query:
        """The same for the engine."""
        return Query(
            self.question, labels, self.filters(), self.sort, PER_PAGE, (self.page - 1) * PER_PAGE, facets=facets
        )

    def filters(self) -> Filters:
        """What it is narrowed to, for the engine."""
        values = {facet: frozenset(self.chosen.get(facet, ())) for facet in Facet}
        return Filters(
            kinds=values[Facet.KIND], type_codes=values[Facet.TYPE], issuers=values[Facet.ISSUER],
            units=values[Facet.UNIT], meetings=values[Facet.MEETING], secrecies=values[Facet.SECRECY],
            years=frozenset(map(int, values[Facet.YEAR])), since=self.since, until=self.until,
        )  # fmt: skip

    def address(self) -> dict[str, Any]:
        """The parameters of its address, without those that say nothing."""
        sort = "" if self.sort == Sort.RELEVANCE else self.sort.value
        said: dict[str, Any] = {"q": self.question} | self.kept() | {"sort": sort, "page": self.page - 1 and self.page}
        return {name: value for name, value in said.items() if value}

    def kept(self) -> Chosen:
        """What it is narrowed to, as saved searches keep it."""
        days = {name: [day.isoformat()] for name in _DAYS if (day := getattr(self, name)) is not None}
        return {facet.value: list(values) for facet, values in self.chosen.items()} | days

    def toggled(self, facet: Facet, value: str) -> "Asked":
        """The same narrowed by this value too, or no longer; from the first page."""
        now = self.chosen.get(facet, ())
        values = tuple(one for one in now if one != value) if value in now else (*now, value)
        chosen = {other: some for other, some in self.chosen.items() if other != facet}
        return replace(self, chosen=chosen | ({facet: values} if values else {}), page=1)

    def without_days(self) -> "Asked":
        """The same of any day."""
        return replace(self, since=None, until=None, page=1)

    def widened(self) -> "Asked":
        """The same question, not narrowed."""
        return replace(self, chosen={}, since=None, until=None, page=1)

    def sorted_by(self, sort: Sort) -> "Asked":
        """The same in another order."""
        return replace(self, sort=sort, page=1)

    def at(self, page: int) -> "Asked":
        """Another page of it."""
        return replace(self, page=page)


def read(question: str, values: Mapping[str, list[str]], sort: str = "", page: str = "") -> Asked:
    """From what stands in an address or was saved; whatever makes no sense is left out."""
    chosen = {facet: found for facet in Facet if (found := _values(facet, values.get(facet.value, [])))}
    days = {name: day_of(values.get(name, [""])[0]) for name in _DAYS if values.get(name)}
    return Asked(
        question[:QUESTION_CHARACTERS],
        chosen,
        days.get("since"),
        days.get("until"),
        Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
        min(max(int(page), 1), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def _values(facet: Facet, values: list[str]) -> tuple[str, ...]:
    kept = (value for value in dict.fromkeys(values) if 0 < len(value) <= LONGEST_VALUE and value.isprintable())
    if facet == Facet.YEAR:
        kept = (value for value in kept if value.isascii() and value.isdigit() and len(value) == 4)
    return tuple(kept)[:MOST_VALUES]
