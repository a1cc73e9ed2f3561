from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.accounts import people, signing_in
from connector.operations.accounts.signing_in import TurnedAway, Visitor
from connector.store import operator as ledger
from tests.quick_passwords import HASHER, NOBODY

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.operations.operator import Operator
    from connector.store.operator.sessions import Session

GOOD = "plum staple fox 9"
HERE = Visitor(address="192.0.2.7", browser="Firefox")


def who(operator: Operator, kept: str) -> Session:
    found = signing_in.session(operator, kept)
    assert found is not None
    return found


def settled(operator: Operator, name: str = "anna", role: Role = Role.OPERATOR) -> str:
    """Somebody who has chosen a password; what their browser keeps."""
    once = people.add(operator, name, role).once
    opened = signing_in.sign_in(operator, name, once, HERE)
    return signing_in.choose_password(operator, who(operator, opened.kept), "", GOOD, HERE)


def test_a_password_for_one_sign_in_lets_in_once_and_only_to_choose_another_one(operator: Operator) -> None:
    once = people.add(operator, "anna", Role.OPERATOR).once
    opened = signing_in.sign_in(operator, " Anna ", once.upper(), HERE)
    assert who(operator, opened.kept).must_choose
    with pytest.raises(TurnedAway):
        signing_in.sign_in(operator, "anna", once, HERE)

    kept = signing_in.choose_password(operator, who(operator, opened.kept), "", GOOD, HERE)
    assert signing_in.session(operator, opened.kept) is None, "what the browser kept before is worth nothing"
    assert not who(operator, kept).must_choose
    again = signing_in.sign_in(operator, "anna", GOOD, HERE)
    assert (again.name, again.must_choose) == ("anna", False)
    assert again.kept != kept


@pytest.mark.parametrize("password", ["short", "a" * 12, "ab" * 12, "my name is Anna!", "x" * 201])
def test_a_password_that_is_none_is_refused_with_its_rule(operator: Operator, password: str) -> None:
    opened = signing_in.sign_in(operator, "anna", people.add(operator, "anna", Role.VIEWER).once, HERE)
    with pytest.raises(ConfigurationError, match=r"several words"):
        signing_in.choose_password(operator, who(operator, opened.kept), "", password, HERE)


def test_nobody_learns_which_accounts_there_are(operator: Operator) -> None:
    settled(operator)
    people.revoke(operator, "anna", "left")
    settled(operator, "bert")
    told = set()
    for name in ("anna", "bert", "nobody", "", "x" * 5000, "\x00'; --"):
        with pytest.raises(TurnedAway) as refused:
            signing_in.sign_in(operator, name, "wrong password", HERE)
        told.add(str(refused.value))
    assert len(told) == 1


def test_a_password_costs_as_rfc_9106_recommends_also_where_nobody_has_that_name() -> None:
    assert extract_parameters(NOBODY) == RFC_9106_LOW_MEMORY
    assert not HASHER.check_needs_rehash(NOBODY)


#: what is held is held for long, however slow this machine is
HELD = "UPDATE sign_in_failures SET free_at = now() + interval '1 hour' WHERE free_at > failed_at"


def test_whoever_fails_often_waits_and_others_do_not(operator: Operator, by_hand: Callable[[str], None]) -> None:
    settled(operator)
    for name in ("anna", "nobody"):
        for _ in range(6):
            with pytest.raises(TurnedAway, match="belong together"):
                signing_in.sign_in(operator, name, "wrong", HERE)
        by_hand(HELD)
        with pytest.raises(TurnedAway, match="Try again in 60 minutes"):
            signing_in.sign_in(operator, name, GOOD, HERE)
    elsewhere = Visitor(address="198.51.100.9", browser="")
    assert signing_in.sign_in(operator, "anna", GOOD, elsewhere).name == "anna"


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (5, 0), (6, 2), (7, 4), (10, 32), (14, 512), (15, 900), (999, 900)]
)
def test_each_failure_more_costs_twice_the_wait_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    both, _, account = signing_in._watched("anna", "192.0.2.7")
    assert both.wait(failures).total_seconds() == seconds
    assert account.wait(failures + 45).total_seconds() == min(seconds, 60), "others keep nobody out for long"


def test_all_addresses_of_one_customer_of_a_network_are_one(operator: Operator, by_hand: Callable[[str], None]) -> None:
    for number in range(6):
        with pytest.raises(TurnedAway, match="belong together"):
            signing_in.sign_in(operator, "anna", "x", Visitor(address=f"2001:db8::{number}", browser=""))
    by_hand(HELD)
    with pytest.raises(TurnedAway, match="Try again"):
        signing_in.sign_in(operator, "anna", "x", Visitor(address="2001:db8::ffff", browser=""))


def test_a_sign_in_that_is_right_is_no_failure(operator: Operator) -> None:
    settled(operator)
    for _ in range(35):
        signing_in.sign_in(operator, "anna", GOOD, HERE)


def test_another_password_signs_every_other_browser_out(operator: Operator) -> None:
    first = settled(operator)
    second = signing_in.sign_in(operator, "anna", GOOD, HERE).kept
    with pytest.raises(TurnedAway, match="another one"):
        signing_in.choose_password(operator, who(operator, second), "wrong", "other staple fox 9", HERE)
    third = signing_in.choose_password(operator, who(operator, second), GOOD, "other staple fox 9", HERE)
    assert [signing_in.session(operator, kept) for kept in (first, second)] == [None, None]
    assert who(operator, third).name == "anna"


def test_what_a_role_may_and_who_is_revoked_counts_at_once(operator: Operator) -> None:
    settled(operator, "boss", Role.ADMIN)
    kept = settled(operator)
    people.change_role(operator, "anna", Role.VIEWER, "moved")
    assert who(operator, kept).role is Role.VIEWER
    people.revoke(operator, "anna", "left")
    assert signing_in.session(operator, kept) is None
    with pytest.raises(ConfigurationError, match="revoked"):
        people.change_role(operator, "anna", Role.ADMIN, "back")
    for change in (
        lambda: people.revoke(operator, "boss", "x"),
        lambda: people.change_role(operator, "boss", Role.VIEWER, "x"),
    ):
        with pytest.raises(ConfigurationError, match="only admin"):
            change()


@pytest.mark.parametrize("kept", ["", ".", "x", "0" * 32, "0" * 32 + ".x", "é.\x00"])
def test_what_is_no_session_of_ours_is_nobody(operator: Operator, kept: str) -> None:
    assert signing_in.session(operator, kept) is None


def test_whoever_writes_into_the_database_signs_in_as_nobody(
    operator: Operator, by_hand: Callable[[str], None]
) -> None:
    settled(operator, "boss", Role.ADMIN)
    kept = settled(operator)

    by_hand("UPDATE operators SET role = 'admin' WHERE name = 'anna'")
    for attempt in (
        lambda: signing_in.session(operator, kept),
        lambda: signing_in.sign_in(operator, "anna", GOOD, HERE),
        lambda: people.change_role(operator, "anna", Role.OPERATOR, "x"),
    ):
        with pytest.raises(ConfigurationError, match="behind ml-connector's back"):
            attempt()
    by_hand("UPDATE operators SET role = 'operator' WHERE name = 'anna'")
    assert who(operator, kept).role is Role.OPERATOR

    by_hand("UPDATE operators SET password = (SELECT password FROM operators WHERE name = 'anna') WHERE name = 'boss'")
    with pytest.raises(ConfigurationError, match="behind ml-connector's back"):
        signing_in.sign_in(operator, "boss", GOOD, HERE)
    by_hand("UPDATE operator_sessions SET operator_id = (SELECT id FROM operators WHERE name = 'boss')")
    assert signing_in.session(operator, kept) is None
    by_hand("UPDATE operator_sessions SET must_choose = NOT must_choose")
    assert signing_in.session(operator, kept) is None
    assert people.reset(operator, "boss").role is Role.VIEWER, "nobody knows who said that they are more"


def test_the_trail_says_who_did_what_and_no_secret(operator: Operator) -> None:
    once = people.add(operator, "anna", Role.OPERATOR).once
    opened = signing_in.sign_in(operator, "anna", once, HERE)
    kept = signing_in.choose_password(operator, who(operator, opened.kept), "", GOOD, HERE)
    people.add(operator, "bert", Role.ADMIN)
    people.revoke(operator, "anna", "left for good")
    with operator.transaction() as tx:
        told = ledger.audit.history(tx, "operator:anna")
    assert [(event.name, event.actor) for event in told] == [
        ("operator.added", "operator:root"),
        ("operator.signed_in", "operator:anna (console)"),
        ("operator.password", "operator:root"),
        ("operator.revoked", "operator:root"),
    ]
    assert told[-1].detail["why"] == "left for good"
    said = repr(told)
    assert not [secret for secret in (once, opened.kept, kept, GOOD) if secret in said or secret[-20:] in said]
