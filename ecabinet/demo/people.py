"""Units, members, bodies and accounts of the demonstration, generated from public facts and counts of names."""

import csv
import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ecabinet.access import Person, Role, ancestors
from ecabinet.meetings.persons import person_of
from ecabinet.registry import bodies, operations
from ecabinet.registry.body_rules import Days
from ecabinet.registry.history_models import MemberEvent
from ecabinet.registry.member_counts import Tally
from ecabinet.registry.models import Account, Body, Member, Unit
from ecabinet.registry.rules import BodyKind, MemberEventKind, MemberStatus, Sex, UnitKind

DATA = Path(__file__).parent / "data"
MEMBERS = 2000
OF_CENTRE, OF_PROVINCE = 60, 28
TERM, TERM_START = "2022–2027", date(2022, 12, 17)

COMMITTEE_TITLES = ("Bí thư thứ nhất", "Bí thư thường trực", "Bí thư", "Bí thư", "Ủy viên Ban Thường vụ")


ADMISSION_DAYS = ((1, 9), (3, 26), (5, 19), (9, 2), (12, 22))
AGE_OF_LEAVING, LEAVING = 32, 0.4
BROKEN_LETTERS = set("ïîëäöüåæøçñûÏÎËÄÖÜÅÆØÇÑÛ")


class Names:
    """Draws names as often as they occur."""

    def __init__(self, source: random.Random) -> None:
        self._random = source
        lists = json.loads((DATA / "names.json").read_text(encoding="utf-8"))
        # A few of the counted names carry letters of a broken old encoding.
        sound = {
            key: [(name, n) for name, n in pairs if not set(name) & BROKEN_LETTERS] for key, pairs in lists.items()
        }
        self._drawn = {key: ([name for name, _n in pairs], [n for _name, n in pairs]) for key, pairs in sound.items()}

    def draw(self, sex: Sex) -> str:
        """Family, middle and given name."""
        suffix = "nu" if sex == Sex.FEMALE else "nam"
        return " ".join(self._one(key) for key in ("ho", f"dem_{suffix}", f"ten_{suffix}"))

    def _one(self, key: str) -> str:
        names, weights = self._drawn[key]
        return str(self._random.choices(names, weights)[0])


def make_units(db: Session) -> tuple[Unit, list[Unit], list[Unit]]:
    """The central office, the provinces, the communes."""
    centre = operations.add_unit(db, None, "TW", "Trung ương Đoàn", UnitKind.CENTRAL)
    with (DATA / "units.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    named = [(row["code"], _province_name(row["name"], row["type"])) for row in rows if not row["parent"]]
    provinces = operations.add_units(db, centre, named, UnitKind.PROVINCE)
    communes: list[Unit] = []
    for province in provinces:
        below = [
            (row["code"], f"Đoàn {row['full_name'][0].lower()}{row['full_name'][1:]}")
            for row in rows
            if row["parent"] == province.code
        ]
        communes += operations.add_units(db, province, below, UnitKind.COMMUNE)
    return centre, provinces, communes


def _province_name(name: str, kind: str) -> str:
    return f"{'Thành đoàn' if kind == 'Thành phố' else 'Tỉnh đoàn'} {name}"


def make_members(
    db: Session, source: random.Random, centre: Unit, provinces: list[Unit], communes: list[Unit], now: datetime
) -> dict[int, list[Member]]:
    """Members by unit id; each was admitted on some day, and of the oldest some came of age within the last year."""
    units = [centre] * OF_CENTRE + [province for province in provinces for _ in range(OF_PROVINCE)]
    units += source.choices(communes, k=MEMBERS - len(units))
    names = Names(source)
    members: dict[int, list[Member]] = {}
    tally = Tally()
    chance = random.Random(len(units))  # beside the source, so that names do not depend on it
    for number, unit in enumerate(units, start=1):
        sex = source.choice(list(Sex))
        low, high = (1988, 1998) if unit.kind != UnitKind.COMMUNE else (1992, 2009)
        born = date(source.randint(low, high), source.randint(1, 12), source.randint(1, 28))
        member = operations.add_member(db, unit, names.draw(sex), sex, born, f"DV{number:08d}")
        members.setdefault(unit.id, []).append(member)
        member.joined_on = _joined(chance, born, now.date())
        tally.movement(ancestors(unit.path), MemberEventKind.ADMITTED, member.joined_on)
        if unit.kind == UnitKind.COMMUNE and now.year - born.year > AGE_OF_LEAVING and chance.random() < LEAVING:
            member.status = MemberStatus.GROWN.value
            tally.movement(ancestors(unit.path), MemberEventKind.GREW_UP, _lately(chance, now.date()))
        else:
            tally.member(unit.path, member.sex, born.year, 1)
    db.flush()
    db.execute(insert(MemberEvent), [_admitted(chance, m, now) for some in members.values() for m in some])
    tally.write(db)
    return members


def _joined(chance: random.Random, born: date, today: date) -> date:
    """One of the days on which the Union admits, at sixteen or soon after."""
    month, day = chance.choice(ADMISSION_DAYS)
    joined = date(born.year + chance.randint(16, 18), month, day)
    return joined if joined < today else _lately(chance, today)


def _lately(chance: random.Random, today: date) -> date:
    return today - timedelta(days=int(340 * chance.random() ** 1.3))


def _admitted(chance: random.Random, member: Member, now: datetime) -> dict[str, object]:
    of_all = chance.randint(9, 40)
    details = {"referrer": "Trần Minh Quang", "votes_for": of_all - chance.randint(0, 3), "votes_all": of_all}
    return {
        "member_id": member.id, "kind": MemberEventKind.ADMITTED.value, "on_day": member.joined_on, "recorded_at": now,
        "decision": f"{chance.randint(1, 90)}-QĐ/ĐTN", "details": details,
    }  # fmt: skip


def make_bodies(
    db: Session, centre: Unit, provinces: list[Unit], members: dict[int, list[Member]], now: datetime
) -> dict[str, Body]:
    """The bodies of the centre by a short key, each province's committee, all in their present term."""
    own = members[centre.id]
    heads = [members[province.id][0] for province in provinces]
    made = {
        "standing": _body(db, centre, "Ban Thường vụ Trung ương Đoàn", BodyKind.STANDING, own[:15], now),
        "committee": _body(db, centre, "Ban Chấp hành Trung ương Đoàn", BodyKind.COMMITTEE, own[:25] + heads, now),
        "inspection": _body(
            db, centre, "Ủy ban Kiểm tra Trung ương Đoàn", BodyKind.INSPECTION, own[:4] + own[15:16], now
        ),
    }
    for province in provinces:
        _body(db, province, f"Ban Chấp hành {province.name}", BodyKind.COMMITTEE, members[province.id], now)
    return made


def _body(db: Session, unit: Unit, name: str, kind: BodyKind, seats: list[Member], now: datetime) -> Body:
    days = Days(TERM_START, None)
    body = bodies.set_up(db, unit, name, kind, None, now)
    term = bodies.begin_term(db, body, TERM, days, None, now)
    for rank, member in enumerate(seats, start=1):
        title = _title(kind, rank, member.unit_id != unit.id)
        bodies.appoint(db, body, term, member, title, rank, days, None, now)
    return body


def _title(kind: BodyKind, rank: int, from_below: bool) -> str:
    if kind == BodyKind.INSPECTION:
        return ("Chủ nhiệm", "Phó Chủ nhiệm", "Ủy viên")[min(rank - 1, 2)]
    if from_below:
        return "Ủy viên Ban Chấp hành, Bí thư tỉnh"
    return COMMITTEE_TITLES[rank - 1] if rank <= len(COMMITTEE_TITLES) else "Ủy viên"


LOGINS: tuple[tuple[str, str, int, tuple[Role, ...]], ...] = (
    ("chutri", "chủ trì phiên họp", 0, (Role.LEADER,)),
    ("uyvien1", "ủy viên", 1, ()),
    ("uyvien2", "ủy viên", 2, ()),
    ("uyvien3", "ủy viên", 3, ()),
    ("thuky", "thư ký, chuẩn bị phiên họp", 40, (Role.SECRETARY,)),
    ("vanthu", "văn thư", 41, (Role.CLERK,)),
    ("lanhdao", "lãnh đạo, tra cứu lưu trữ", 42, (Role.LEADER,)),
    ("chuyenvien", "chuyên viên", 43, (Role.OFFICIAL,)),
    ("tochuc", "cán bộ tổ chức", 44, (Role.REGISTRY_OFFICER,)),
    ("quantri", "quản trị", 45, (Role.ADMINISTRATOR,)),
)
"""Login, what it is for, which member of the centre, roles on the centre."""
LOGINS_BELOW: tuple[tuple[str, str, int, tuple[Role, ...]], ...] = (
    ("lanhdaotinh", "lãnh đạo của {unit}", 0, (Role.LEADER,)),
    ("vanthutinh", "văn thư của {unit}", 1, (Role.CLERK,)),
)
"""The same for the first province: those who receive what the centre sends."""


def make_accounts(
    db: Session, centre: Unit, province: Unit, members: dict[int, list[Member]], password: str
) -> list[str]:  # fmt: skip
    """An account for each role; returns a line of text for each."""
    lines = []
    for unit, logins in ((centre, LOGINS), (province, LOGINS_BELOW)):
        for login, purpose, index, roles in logins:
            member = members[unit.id][index]
            account = operations.add_account(db, member, login, password)
            for role in roles:
                operations.grant(db, account, role, unit)
            lines.append(f"{login:<11} {password}   {member.full_name} ({purpose.format(unit=unit.name)})")
    return lines


def signed_in(db: Session, login: str, now: datetime) -> Person:
    """The person of an account of the demonstration."""
    account = db.scalars(select(Account.id).where(Account.login == login)).one()
    found = person_of(db, account, now)
    if found is None:
        raise ValueError(f"nobody signs in as {login}")
    return found
