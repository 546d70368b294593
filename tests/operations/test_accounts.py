"""Accounts on both databases: lent roles, invitations used once, codes used once, last seen written together."""

import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Forbidden, Problem
from ecabinet import audit
from ecabinet.access import Permission, Role
from ecabinet.registry import account_queries, accounts, members, operations, second_factor, sessions
from ecabinet.registry.account_models import RecoveryCode
from ecabinet.registry.models import Account, Member, SignIn, Unit, UnitRole
from ecabinet.registry.queries import person_by_token
from ecabinet.registry.rules import MemberStatus
from ecabinet.sealing import Sealer
from tests.people import PASSWORD, Office, make_office

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
SEALER = Sealer("k" * 32)


@pytest.fixture
def office(database: Database) -> Office:
    with database.writing() as db:
        return make_office(db)


def account(db, office: Office, name: str) -> Account:  # type: ignore[no-untyped-def]
    return db.scalars(select(Account).where(Account.member_id == office.members[name])).one()


def lend(database: Database, office: Office, starts: timedelta, ends: timedelta) -> int:
    """The leader lends the role to ``first``."""
    with database.writing() as db:
        leader = office.person(db, "leader")
        role = db.scalars(select(UnitRole).where(UnitRole.account_id == leader.account_id)).one()
        taker = account(db, office, "first")
        delegation = accounts.delegate(db, leader, role, taker, NOW + starts, NOW + ends, NOW)
        db.flush()
        return delegation.id


def may_read(database: Database, office: Office, name: str = "first") -> bool:
    with database.reading() as db:
        path = db.get_one(Unit, office.units["centre"]).path
        return office.person(db, name).may(Permission.READ_PAPERS, path)


@pytest.mark.parametrize(
    ("starts", "ends", "counts"), [(-DAY, DAY, True), (DAY, 2 * DAY, False), (timedelta(0), DAY, True)]
)
def test_a_lent_role_counts_within_its_dates(
    database: Database, office: Office, starts: timedelta, ends: timedelta, counts: bool
) -> None:
    assert not may_read(database, office)
    lend(database, office, starts, ends)
    assert may_read(database, office) == counts


def test_it_is_over_at_its_end_without_anybody_doing_anything(database: Database, office: Office) -> None:
    lend(database, office, -2 * DAY, DAY)
    with database.reading() as db:
        from ecabinet.registry.queries import person_by_token

        later = person_by_token(db, office.tokens["first"], NOW + DAY)
        assert later is not None
        assert later.roles == ()


@pytest.mark.parametrize("how", ["ended", "revoked", "closed"])
def test_it_ends_with_a_word_with_the_role_and_with_the_lenders_account(
    database: Database, office: Office, how: str
) -> None:
    key = lend(database, office, -DAY, DAY)
    with database.writing() as db:
        administrator, leader = office.person(db, "administrator"), office.person(db, "leader")
        if how == "ended":
            accounts.end_delegation(db, leader, account_queries.own_delegation(db, leader, key), NOW)
        elif how == "revoked":
            role = db.scalars(select(UnitRole).where(UnitRole.account_id == leader.account_id)).one()
            accounts.revoke(db, administrator, role, db.get_one(Unit, role.unit_id), NOW)
        else:
            accounts.close(db, administrator, account(db, office, "leader"), NOW)
    assert not may_read(database, office)


def test_a_lent_role_is_not_lent_on_and_gives_no_roles_that_stay(database: Database, office: Office) -> None:
    with database.writing() as db:
        administrator = office.person(db, "administrator")
        role = db.scalars(select(UnitRole).where(UnitRole.account_id == administrator.account_id)).one()
        accounts.delegate(db, administrator, role, account(db, office, "first"), NOW - DAY, NOW + DAY, NOW)
    with database.writing() as db:
        stand_in = office.person(db, "first")
        centre = db.get_one(Unit, office.units["centre"])
        assert stand_in.may(Permission.MANAGE_ACCOUNTS, centre.path)
        with pytest.raises(Forbidden):
            accounts.grant(db, stand_in, account(db, office, "first"), Role.LEADER, centre, NOW)
        with pytest.raises(Problem):
            account_queries.own_role(db, stand_in, role.id)


def test_whoever_administers_below_does_not_get_at_a_role_above(database: Database, office: Office) -> None:
    """A member of Huế with a role at the centre is out of reach for the administrator of Huế."""
    with database.writing() as db:
        hue, centre = (db.get_one(Unit, office.units[name]) for name in ("hue", "centre"))
        operations.grant(db, account(db, office, "second"), Role.ADMINISTRATOR, hue)
        operations.grant(db, account(db, office, "third"), Role.LEADER, centre)
    with database.writing() as db:
        below, target = office.person(db, "second"), account(db, office, "third")
        member = db.get_one(Member, office.members["third"])
        for forbidden in (
            lambda: accounts.invite(db, below, member, target, NOW),
            lambda: accounts.close(db, below, target, NOW),
            lambda: accounts.reset_second_step(db, below, target, NOW),
            lambda: accounts.grant(db, below, target, Role.CLERK, db.get_one(Unit, office.units["centre"]), NOW),
        ):
            with pytest.raises(Forbidden):
                forbidden()
        accounts.grant(db, below, account(db, office, "spare"), Role.CLERK, hue, NOW)
        accounts.grant(db, below, account(db, office, "spare"), Role.CLERK, hue, NOW)
    with database.reading() as db:
        assert account_queries.holds(db, account(db, office, "spare").id, Role.CLERK, office.units["hue"])
        assert audit.check(db) is None


def test_whoever_administers_below_does_not_get_at_a_role_lent_from_above(database: Database, office: Office) -> None:
    with database.writing() as db:
        hue, lender = db.get_one(Unit, office.units["hue"]), office.person(db, "leader")
        operations.grant(db, account(db, office, "second"), Role.ADMINISTRATOR, hue)
        role = db.scalars(select(UnitRole).where(UnitRole.account_id == lender.account_id)).one()
        target = account(db, office, "third")
        delegation = accounts.delegate(db, lender, role, target, NOW + DAY, NOW + 2 * DAY, NOW)
        member = db.get_one(Member, office.members["third"])
        db.flush()
        with pytest.raises(Forbidden):
            accounts.invite(db, office.person(db, "second"), member, target, NOW)
        accounts.end_delegation(db, lender, delegation, NOW)
        db.flush()
        assert accounts.invite(db, office.person(db, "second"), member, target, NOW)


def test_who_administers_by_delegation_does_not_get_at_an_administrator(database: Database, office: Office) -> None:
    """A stand-in who gave the administrator a new password would be administrator for good."""
    with database.writing() as db:
        centre = office.person(db, "administrator")
        role = db.scalars(select(UnitRole).where(UnitRole.account_id == centre.account_id)).one()
        accounts.delegate(db, centre, role, account(db, office, "first"), NOW - DAY, NOW + DAY, NOW)
        operations.grant(db, account(db, office, "second"), Role.ADMINISTRATOR, db.get_one(Unit, office.units["hue"]))
    with database.writing() as db:
        stand_in = office.person(db, "first")
        for name in ("administrator", "second"):
            target, member = account(db, office, name), db.get_one(Member, office.members[name])
            for forbidden in (
                lambda target=target, member=member: accounts.invite(db, stand_in, member, target, NOW),
                lambda target=target: accounts.close(db, stand_in, target, NOW),
                lambda target=target: accounts.reset_second_step(db, stand_in, target, NOW),
            ):
                with pytest.raises(Forbidden):
                    forbidden()
        assert accounts.invite(db, stand_in, db.get_one(Member, office.members["third"]), None, NOW)


def test_who_is_no_longer_a_member_is_out_and_stays_out(database: Database, office: Office) -> None:
    with database.writing() as db:
        member = db.get_one(Member, office.members["third"])
        token = accounts.invite(db, office.person(db, "administrator"), member, account(db, office, "third"), NOW)
        members.set_status(db, member, MemberStatus.EXPELLED)
        assert ("account", account(db, office, "third").id) in db.info["changes"]
    with database.reading() as db:
        assert person_by_token(db, office.tokens["third"], NOW) is None
        assert db.scalars(select(SignIn).join(Account).where(Account.member_id == member.id)).all() == []
        assert not operations.password_fits(account(db, office, "third"), PASSWORD)
        with pytest.raises(Problem) as problem:
            account_queries.open_invitation(db, token, NOW)
        assert problem.value.code == "invitation_over"


def test_a_role_lent_by_who_is_no_longer_a_member_counts_no_more(database: Database, office: Office) -> None:
    lend(database, office, -DAY, DAY)
    with database.writing() as db:
        members.set_status(db, db.get_one(Member, office.members["leader"]), MemberStatus.REMOVED)
    assert not may_read(database, office)


def test_an_invitation_is_used_once_even_by_two_at_the_same_moment(database: Database, office: Office) -> None:
    with database.writing() as db:
        hue = db.get_one(Unit, office.units["hue"])
        member = operations.add_member(db, hue, "Lê Mới", "female", NOW.date() - 9000 * DAY, "DV-moi")  # type: ignore[arg-type]
        db.flush()
        token = accounts.invite(db, office.person(db, "administrator"), member, None, NOW)
    results: list[str] = []

    def accept(login: str) -> None:
        try:
            with database.writing() as db:
                accounts.accept(db, token, login, "hash", NOW)
            results.append("made")
        except Problem as problem:
            results.append(problem.code)

    threads = [threading.Thread(target=accept, args=(f"le.moi{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sorted(results) == ["invitation_over", "made"]


def test_a_code_is_taken_once_and_only_near_its_time(database: Database, office: Office) -> None:
    with database.writing() as db:
        key = account(db, office, "first").id
        second_factor.begin(db, key, SEALER)
        db.flush()
        uri = second_factor.uri(db, account(db, office, "first"), SEALER)
        assert uri is not None
        totp = pyotp.parse_uri(uri)
        assert isinstance(totp, pyotp.TOTP)
        codes = second_factor.confirm(db, key, totp.at(NOW), SEALER, NOW)
        assert codes is not None
        assert len(set(codes)) == 10

    def fits(code: str, at: datetime) -> bool:
        with database.writing() as db:
            return second_factor.code_fits(db, key, code, SEALER, at)

    later = NOW + timedelta(seconds=90)
    assert not fits(totp.at(NOW), NOW), "the code of the set-up was used"
    assert not fits(totp.at(later + timedelta(seconds=60)), later), "too early"
    assert fits(totp.at(later - timedelta(seconds=30)), later), "a clock that is half a minute behind"
    assert not fits(totp.at(later - timedelta(seconds=30)), later), "again"
    assert fits(f" {totp.at(later)[:3]} {totp.at(later)[3:]}", later)
    assert not fits("", later)
    assert not fits("１２３４５６", later)
    with database.writing() as db:
        assert second_factor.use_recovery_code(db, key, codes[0].upper(), SEALER)
        assert not second_factor.use_recovery_code(db, key, codes[0], SEALER)
        assert second_factor.recovery_codes_left(db, key) == 9
        other = account(db, office, "second").id
        assert not second_factor.use_recovery_code(db, other, codes[1], SEALER)
        assert not second_factor.code_fits(db, key, totp.at(later), Sealer("x" * 32), later), (
            "another key opens nothing"
        )


def test_codes_and_secrets_are_not_readable_in_the_table(database: Database, office: Office) -> None:
    with database.writing() as db:
        key = account(db, office, "first").id
        second_factor.begin(db, key, SEALER)
        codes = second_factor.renew_recovery_codes(db, key, SEALER)
        db.flush()
        kept = db.scalars(select(RecoveryCode.code_print)).all()
        assert not set(codes) & set(kept)
        factor = db.get_one(second_factor.SecondFactor, key)
        assert SEALER.open(factor.secret_sealed).encode() not in factor.secret_sealed


def test_last_seen_is_written_together_and_at_most_once_a_minute(database: Database, office: Office) -> None:
    last_seen = sessions.LastSeen()
    assert set(last_seen.note("a", NOW)) == {operations.token_hash("a")}
    first, second = (office.tokens[name] for name in ("first", "second"))
    assert last_seen.note(first, NOW + timedelta(seconds=10)) == {}
    assert last_seen.note(first, NOW + timedelta(seconds=59)) == {}
    due = last_seen.note(second, NOW + timedelta(seconds=61))
    sessions.write_seen(database, due)
    with database.reading() as db:
        seen = {row.token_hash: row.seen_at for row in db.scalars(select(SignIn))}
    assert seen[operations.token_hash(first)] == NOW + timedelta(seconds=59)
    assert seen[operations.token_hash(second)] == NOW + timedelta(seconds=61)
