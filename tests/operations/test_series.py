"""Series of numbers in the database: no gap, no double, each number on record, whoever takes it and whatever dies."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Problem
from ecabinet.audit import AuditEntry
from ecabinet.clock import ZONE
from ecabinet.office import series
from ecabinet.office.models import Issuer, NumberEvent, NumberSeries, OfficeSetting, SeriesNumber
from ecabinet.office.numbering_rules import Direction, IssuerKind, NumberState, Remark
from ecabinet.office.profiles import PROFILES
from ecabinet.office.series import Act, Wanted
from ecabinet.registry.models import Unit
from tests.people import NOW, Office, make_office

TODAY = NOW.astimezone(ZONE).date()
ACT = Act(None, NOW)
_names = count(1)


def reason(text: str, days: int = 0) -> Act:
    return Act(None, NOW + timedelta(days=days), text)


def choose(db: Session, office: Office, unit: str, profile: str, **changes: dict[str, object]) -> None:
    """A unit chooses a profile."""
    db.add(OfficeSetting(unit_id=office.units[unit], profile=profile, changes=changes, set_by=1, set_at=NOW))
    db.flush()


def new_series(db: Session, unit_id: int) -> NumberSeries:
    """A series of its own, of a body that has just been named."""
    issuer = Issuer(unit_id=unit_id, kind=IssuerKind.BODY, name=f"Ban {next(_names)}", notation="BAN")
    db.add(issuer)
    db.flush()
    return series.series_for(db, Wanted(issuer, Direction.INCOMING, TODAY))


def numbers(db: Session, series_id: int) -> dict[int, str]:
    rows = db.execute(select(SeriesNumber.number, SeriesNumber.state).where(SeriesNumber.series_id == series_id))
    return dict(rows.all())  # type: ignore[arg-type]


def test_the_nearest_unit_that_chose_decides(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        centre, hue, hanoi = (db.get_one(Unit, office.units[name]) for name in ("centre", "hue", "hanoi"))
        assert series.profile_of(db, hue).name == "union"
        choose(db, office, "centre", "state")
        choose(db, office, "hue", "union", documents={"period": "year"})
        assert series.profile_of(db, centre) == PROFILES["state"]
        assert series.profile_of(db, hanoi) == PROFILES["state"]
        assert series.profile_of(db, hue).rule("documents").period == "year"


def test_each_issuer_type_secrecy_and_period_counts_by_itself(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        choose(db, office, "hue", "state")
        centre, hue = (db.get_one(Unit, office.units[name]) for name in ("centre", "hue"))
        own = series.issuer_of(db, centre)
        own.body_id = office.body
        congress = Issuer(unit_id=centre.id, kind=IssuerKind.CONGRESS, name="Đại hội XIII")
        db.add(congress)
        db.flush()
        out, new_year = Direction.OUTGOING, TODAY - timedelta(days=365)

        def at(issuer: Issuer, type_code: str, dated: date = TODAY, *, secret: bool = False) -> tuple[int, int]:
            found = series.series_for(db, Wanted(issuer, out, dated, type_code, secret))
            return found.id, series.take(db, found, dated, reason("năm trước" if dated != TODAY else "")).number

        assert [at(own, "CV")[1], at(own, "CV", new_year)[1], at(own, "NQ")[1]] == [1, 2, 1]
        assert at(own, "CV", secret=True)[1] == 1
        assert [at(congress, "NQ")[1], at(congress, "BC")[1]] == [1, 2]
        of_hue = series.issuer_of(db, hue)
        assert series.issuer_of(db, hue) is of_hue
        assert [at(of_hue, "QĐ")[1], at(of_hue, "QĐ", new_year)[1], at(of_hue, "QĐ")[1]] == [1, 1, 2]
        with pytest.raises(Problem, match="no_term"):
            at(own, "CV", date(2020, 1, 1))


def test_reserved_used_released_and_void_numbers(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        one = new_series(db, office.units["centre"])
        first = series.take(db, one, TODAY, ACT)
        kept = series.reserve(db, one, "Ban Tổ chức", TODAY + timedelta(days=1), ACT)
        lapsing = series.reserve(db, one, "Văn phòng", TODAY, ACT)
        assert series.take(db, one, TODAY, ACT).number == 4
        series.use(db, kept, TODAY, ACT)
        series.release(db, first, reason("đánh số nhầm"))
        assert series.take(db, one, TODAY, ACT) is first
        tomorrow = reason("", days=1)
        assert series.take(db, one, tomorrow.today, tomorrow) is lapsing
        series.void(db, kept, reason("hỏng bản ký"))
        for act in (series.release, series.void):
            with pytest.raises(Problem, match="number_state"):
                act(db, kept, reason("nữa"))
        with pytest.raises(Problem, match="missing"):
            series.void(db, first, ACT)
        assert numbers(db, one.id) == {1: "taken", 2: "void", 3: "taken", 4: "taken"}
        acts = db.scalars(select(NumberEvent.act).where(NumberEvent.number_id == lapsing.id).order_by(NumberEvent.id))
        assert list(acts) == ["reserve", "expire", "take"]
        trail = db.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("number_")))
        assert list(trail) == ["number_release", "number_void"]


def test_a_date_of_another_year_is_refused_or_an_exception(database: Database) -> None:
    with database.writing() as db:
        one = new_series(db, make_office(db).units["centre"])
        series.take(db, one, TODAY, ACT)
        last_year = TODAY - timedelta(days=365)
        with pytest.raises(Problem, match="date_outside"):
            series.take(db, one, last_year, ACT)
        kept = series.take(db, one, last_year, reason("tìm thấy khi chuyển kho"))
        event = db.scalars(select(NumberEvent).where(NumberEvent.number_id == kept.id)).one()
        assert set(event.remarks) == {Remark.BACKDATED, Remark.OUTSIDE}
        assert event.reason == "tìm thấy khi chuyển kho"
        assert one.last_dated == TODAY


def test_an_office_that_comes_in_mid_year_goes_on_from_its_last_number(database: Database) -> None:
    with database.writing() as db:
        one = new_series(db, make_office(db).units["centre"])
        series.set_last(db, one, 1245, reason("sổ giấy đến 20/11/2026"))
        assert series.take(db, one, TODAY, ACT).number == 1246
        with pytest.raises(Problem, match="series_begun"):
            series.set_last(db, one, 2000, reason("nhầm"))
        with pytest.raises(Problem, match="not_in_range"):
            series.set_last(db, new_series(db, one.issuer.unit_id), -1, reason("nhầm"))


ACTS = st.lists(
    st.tuples(st.sampled_from(["take", "reserve", "use", "release", "void", "wait", "fail"]), st.integers(0, 5)),
    min_size=4, max_size=24,
)  # fmt: skip


def test_no_sequence_gives_a_gap_or_a_double(database: Database) -> None:
    with database.writing() as db:
        unit = make_office(db).units["centre"]

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(ACTS)
    def holds(acts: list[tuple[str, int]]) -> None:
        with database.writing() as db:
            one = new_series(db, unit).id
        taken: list[int] = []
        for turn, (act, which) in enumerate(acts):
            days = sum(earlier == "wait" for earlier, _ in acts[:turn])
            taken += _do(database, one, act, which, days)
        with database.reading() as db:
            states, series_now = numbers(db, one), db.get_one(NumberSeries, one)
            assert sorted(states) == list(range(1, series_now.next_number))
            used = {number for number, state in states.items() if state in {NumberState.TAKEN, NumberState.RESERVED}}
            assert used == {number for number in set(taken) if states[number] in {"taken", "reserved"}}
            recorded = select(NumberEvent.number_id).distinct()
            of_series = select(SeriesNumber.id).where(SeriesNumber.series_id == one)
            assert not list(db.scalars(of_series.where(SeriesNumber.id.not_in(recorded))))

    holds()


def _do(database: Database, one: int, act: str, which: int, days: int) -> list[int]:
    """One act in a transaction of its own; the number it gave, which nobody else may have had at that moment."""
    who = reason("lý do", days)
    try:
        with database.writing() as db:
            held = series.lock(db, one)
            known = list(db.scalars(select(SeriesNumber).filter_by(series_id=one).order_by(SeriesNumber.number)))
            chosen = known[which % len(known)] if known else None
            busy = {n.number for n in known if n.state in {"taken", "void"} or (
                n.state == "reserved" and n.reserved_until is not None and n.reserved_until >= who.today)}  # fmt: skip
            given: SeriesNumber | None = None
            if act in {"take", "fail"}:
                given = series.take(db, held, TODAY, who)
            elif act == "reserve":
                given = series.reserve(db, held, "ai đó", who.today + timedelta(days=which % 2), who)
            elif chosen is not None and act == "use":
                series.use(db, chosen, TODAY, who)
            elif chosen is not None and act in {"release", "void"}:
                getattr(series, act)(db, chosen, who)
            assert given is None or given.number not in busy
            if act == "fail":
                raise Problem("number_state")
            return [given.number] if given is not None else []
    except Problem as refused:
        if refused.code != "number_state":
            raise
        return []


def test_many_at_once(database: Database) -> None:
    with database.writing() as db:
        unit = make_office(db).units["centre"]
        issuer = Issuer(unit_id=unit, kind=IssuerKind.BODY, name="Văn phòng", notation="VP")
        db.add(issuer)
    types, each = ("a", "b", "c"), 60

    def clerk(turn: int) -> tuple[str, int]:
        with database.writing() as db:
            mine = db.get_one(Issuer, issuer.id)
            secret = types[turn % 3] == "b"
            dated = TODAY if types[turn % 3] != "c" else TODAY - timedelta(days=365)
            found = series.series_for(db, Wanted(mine, Direction.INCOMING, dated, "", secret))
            return types[turn % 3], series.take(db, found, dated, reason("nhập bù")).number

    with ThreadPoolExecutor(8) as pool:
        taken = Counter(pool.map(clerk, range(3 * each)))
    assert taken == Counter({(kind, number): 1 for kind in types for number in range(1, each + 1)})


def test_killed_in_the_middle(database: Database) -> None:
    with database.writing() as db:
        unit = make_office(db).units["centre"]
        wanted = [new_series(db, unit).id for _ in range(2)]
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "ecabinet.bench.office_clerk", url, "1", "100000", *map(str, wanted)]
    acknowledged: list[tuple[int, int]] = []
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for many, process in zip((5, 20, 40), processes, strict=True):
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(many)]
        process.kill()
        lines += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        acknowledged += [
            (int(one), int(number)) for one, number in (line.split() for line in lines if line[-1:] == "\n")
        ]
    with database.writing() as db:
        for one in wanted:
            after = series.take(db, series.lock(db, one), TODAY, ACT).number
            assert sorted(numbers(db, one)) == list(range(1, after + 1))
            mine = [number for of, number in acknowledged if of == one]
            assert len(mine) == len(set(mine))
            assert set(mine) <= set(numbers(db, one))


def test_the_database_holds_what_the_rules_say(database: Database) -> None:
    with database.writing() as db:
        one = new_series(db, make_office(db).units["centre"])
        series.take(db, one, TODAY, ACT)
    for changes in ({"number": 1}, {"number": 0}, {"state": "lost"}, {"state": "reserved"}, {"dated_on": None}):
        values = {"series_id": one.id, "number": 2, "state": "taken", "dated_on": TODAY} | changes
        with pytest.raises(IntegrityError), database.writing() as db:
            db.add(SeriesNumber(**values))
