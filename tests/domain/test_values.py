from __future__ import annotations

import datetime as dt
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import canonical, errors
from connector.domain.audit import GENESIS, Event
from connector.domain.backoff import delay
from connector.domain.identity import correlation_of, new_id
from connector.domain.money import Money
from connector.domain.token import Token

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


def test_large_amounts_keep_every_cent_through_a_payload() -> None:
    raw = b'{"amount": 1234567890123456.78}'
    assert canonical.loads(raw) == {"amount": Decimal("1234567890123456.78")}
    assert canonical.dumps(canonical.loads(raw)) == b'{"amount":"1234567890123456.78"}'


def test_equal_documents_have_equal_fingerprints_whatever_their_order() -> None:
    assert canonical.fingerprint({"a": 1, "b": [Decimal("1.0")]}) == canonical.fingerprint({"b": ["1.0"], "a": 1})
    assert canonical.fingerprint({"a": 1}) != canonical.fingerprint({"a": 2})


def test_a_fingerprint_is_what_it_was_in_every_release_before() -> None:
    document = {
        "z": [{"quantity": Decimal(1500), "unit_price": Decimal("0.5496"), "none": None, "no": False}],
        "amounts": [Decimal(0), Decimal("1E+3"), Decimal("1E-9"), Decimal("-0.10"), Decimal("1E+20000"), 7],
        "texts": ["Lösch & Söhne", 'a "quote"\n', "\ud83d", "\U0001f600"],
        "on": dt.date(2026, 8, 3),
        "at": NOW,
    }
    assert canonical.fingerprint(document) == "2509bcb105780ab3678eefb103b18684cfcd3d4b598ff03f83ef81c5f2b1c5f2"


@pytest.mark.parametrize("value", [object(), 1j])
def test_what_is_not_data_cannot_enter_a_payload(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be written into a payload"):
        canonical.dumps({"x": value})


def test_dates_sets_states_and_ids_have_one_spelling() -> None:
    identifier = new_id()
    payload = {"d": dt.date(2026, 1, 2), "s": {"b", "a"}, "u": identifier}
    assert canonical.loads(canonical.dumps(payload)) == {"d": "2026-01-02", "s": ["a", "b"], "u": str(identifier)}


@pytest.mark.parametrize(
    ("amount", "currency", "fine"),
    [
        ("10.50", "USD", True),
        ("10.505", "USD", False),
        ("100", "JPY", True),
        ("100.5", "JPY", False),
        ("1.234", "BHD", True),
        ("1.2345", "BHD", False),
    ],
)
def test_an_amount_has_no_more_decimals_than_its_currency(amount: str, currency: str, *, fine: bool) -> None:
    if fine:
        assert Money(amount=Decimal(amount), currency=currency).amount == Decimal(amount)
    else:
        with pytest.raises(errors.Malformed, match=f"finer than the . decimals {currency} has"):
            Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(("amount", "currency"), [("NaN", "USD"), ("Infinity", "USD"), ("1", "usd"), ("1", "EURO")])
def test_what_is_no_amount_of_money_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(errors.Malformed):
        Money(amount=Decimal(amount), currency=currency)


@given(st.integers(-5, 2000), st.floats(0, 0.9999), st.floats(0, 100))
def test_a_delay_is_never_negative_never_above_the_cap_and_never_below_what_was_asked(
    tries: int, chance: float, least: float
) -> None:
    waited = delay(tries, chance=chance, at_least=least).total_seconds()
    assert least - 1e-6 <= waited <= 900


@pytest.mark.parametrize(
    ("asked", "tries", "longest"), [(1, 0, 1), (1, 1, 4), (1, 3, 16), (0.05, 0, 0.05), (0.05, 5, 64)]
)
def test_what_was_asked_for_is_enough_the_first_time_and_the_least_afterwards(
    asked: float, tries: int, longest: float
) -> None:
    assert delay(tries, chance=0.9999, at_least=asked).total_seconds() == pytest.approx(longest, rel=1e-3)
    assert delay(tries, chance=0.0, at_least=asked).total_seconds() == asked


def test_identifiers_are_version_7_and_sort_by_time() -> None:
    first, later = new_id(), new_id()
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert first.int >> 80 <= later.int >> 80


def test_an_error_survives_pickling_with_its_evidence() -> None:
    error = errors.RateLimited("JAGGAER asks for a pause.", retry_after=7)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), again.retry_after) == (errors.RateLimited, str(error), 7.0)


def test_an_unknown_name_comes_with_the_nearest_and_all_that_exist() -> None:
    error = errors.UnknownName.among("flow", "qad_supplier", ["qad_suppliers", "qad_orders"])
    assert (
        str(error) == "There is no flow 'qad_supplier'. Did you mean 'qad_suppliers'? Known: qad_orders, qad_suppliers."
    )


def test_changing_anything_in_an_event_changes_its_hash() -> None:
    event = Event(subject="r1", name="record.mapped", actor="worker:1", at=NOW, detail={"why": "mapped"})
    other = Event(subject="r1", name="record.mapped", actor="worker:1", at=NOW, detail={"why": "mappet"})
    assert event.hash_after(GENESIS) != other.hash_after(GENESIS)
    assert event.hash_after(GENESIS) != event.hash_after(other.hash_after(GENESIS))


def test_an_event_hashes_the_same_in_every_time_zone() -> None:
    elsewhere = NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))
    hashes = {Event(subject="s", name="n", actor="a", at=at).hash_after(GENESIS) for at in (NOW, elsewhere)}
    assert len(hashes) == 1


def test_a_token_is_not_fresh_within_the_skew_and_never_shows_itself() -> None:
    token = Token(access="s3cret-token", refresh="s3cret-refresh", expires_at=NOW + dt.timedelta(seconds=60))
    assert token.fresh(NOW, dt.timedelta(seconds=30))
    assert not token.fresh(NOW, dt.timedelta(seconds=60))
    assert Token(access="x").fresh(NOW, dt.timedelta(days=365))
    assert "s3cret" not in repr(token)


def test_text_that_is_no_unicode_can_still_be_kept() -> None:
    odd = {"name": "half a pair \ud83d"}
    assert canonical.loads(canonical.dumps(odd)) == odd


def test_a_version_is_called_the_same_in_the_target_whenever_it_is_read() -> None:
    flow, other = new_id(), new_id()
    name = correlation_of(flow, "R-1", "print")
    assert name == correlation_of(flow, "R-1", "print")
    assert len(name) == 40, "it fits where it was written before"
    others = [(other, "R-1", "print"), (flow, "R-2", "print"), (flow, "R-1", "another print")]
    assert len({name, *(correlation_of(*version) for version in others)}) == 4


def test_a_number_of_a_few_letters_does_not_become_one_that_fills_the_memory() -> None:
    written = canonical.dumps({"amount": Decimal("1E+999999999"), "rate": Decimal("-1E-999999999")})

    assert written == b'{"amount":"1E+999999999","rate":"-1E-999999999"}'
    assert canonical.dumps(Decimal("1E+400")) == b'"1' + b"0" * 400 + b'"'
