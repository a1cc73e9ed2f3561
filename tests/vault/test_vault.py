from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import ConfigurationError
from connector.vault import EnvelopeVault, new_key, parse_keys

OLD, NEW, PLACE = new_key(), new_key(), "records:1:source"


def vault(*keys: str) -> EnvelopeVault:
    return EnvelopeVault(parse_keys("\n".join(keys)))


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_what_is_sealed_for_a_place_opens_there(plain: bytes, identity: str) -> None:
    assert vault(OLD).open(vault(OLD).seal(plain, identity), identity) == plain


def test_a_value_does_not_open_in_another_place() -> None:
    sealed = vault(OLD).seal(b"canary", PLACE)
    with pytest.raises(ConfigurationError, match="records:2:source does not open there"):
        vault(OLD).open(sealed, "records:2:source")


def test_the_same_value_never_looks_the_same_twice_and_shows_nothing() -> None:
    one, other = (vault(OLD).seal(b"canary", PLACE) for _ in range(2))
    assert one != other
    assert b"canary" not in one


def test_any_altered_byte_keeps_it_shut() -> None:
    sealed = vault(OLD).seal(b"canary", PLACE)
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(ConfigurationError):
            vault(OLD).open(bytes(altered), PLACE)


@pytest.mark.parametrize("kept", [0, 1, 2, 20, 60, -1])
def test_a_truncated_value_keeps_it_shut(kept: int) -> None:
    with pytest.raises(ConfigurationError):
        vault(OLD).open(vault(OLD).seal(b"canary", PLACE)[:kept], PLACE)


def test_two_halves_of_two_values_do_not_make_a_third() -> None:
    one, other = (vault(OLD).seal(b"canary", PLACE) for _ in range(2))
    with pytest.raises(ConfigurationError):
        vault(OLD).open(one[:80] + other[80:], PLACE)


def test_the_first_key_seals_and_every_key_opens() -> None:
    sealed_before = vault(OLD).seal(b"canary", PLACE)
    both = vault(NEW, OLD)
    assert both.open(sealed_before, PLACE) == b"canary"
    assert both.key_id(both.seal(b"canary", PLACE)) == NEW.partition(":")[0] == both.key_ids[0]
    assert both.key_id(sealed_before) == OLD.partition(":")[0]


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ConfigurationError, match=rf"{OLD.partition(':')[0]}.*ML_CONNECTOR_MASTER_KEYS"):
        vault(NEW).open(vault(OLD).seal(b"canary", PLACE), PLACE)


def test_rewrapping_moves_the_key_and_leaves_the_value() -> None:
    before = vault(OLD).seal(b"canary", PLACE)
    after = vault(NEW, OLD).rewrap(before, PLACE)
    assert after.startswith(vault(NEW).prefix)
    assert after[-20:] == before[-20:]
    assert vault(NEW).open(after, PLACE) == b"canary"
    assert vault(NEW, OLD).rewrap(after, PLACE) == after


def test_rewrapping_does_not_help_a_value_that_was_moved() -> None:
    with pytest.raises(ConfigurationError, match="does not open there"):
        vault(NEW, OLD).rewrap(vault(OLD).seal(b"canary", PLACE), "records:2:source")


def test_a_value_of_another_format_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="newer release"):
        vault(OLD).open(b"\x02" + vault(OLD).seal(b"canary", PLACE)[1:], PLACE)


@pytest.mark.parametrize("text", [f"{NEW},{OLD}", f" {NEW} \n {OLD}\n\n", f"{NEW}\r\n{OLD},"])
def test_keys_are_read_however_they_are_listed(text: str) -> None:
    assert [key.id for key in parse_keys(text)] == [NEW.partition(":")[0], OLD.partition(":")[0]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no master key"),
        (" ,\n", "no master key"),
        ("canary", "id:base64"),
        ("with space:canary", "id:base64"),
        (f"{'x' * 33}:canary", "id:base64"),
        ("k1:canary", "32 bytes"),
        ("k1:Y2FuYXJ5", "32 bytes"),
        (f"{OLD},{OLD}", "same id"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_without_showing_it(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        parse_keys(text)
    assert "canary" not in str(caught.value)


def test_a_key_does_not_show_in_its_repr() -> None:
    [key] = parse_keys(OLD)
    assert OLD.partition(":")[2][:8] not in repr(key)
    assert repr(key.key)[2:10] not in repr(key)


def test_new_keys_differ_in_name_and_bytes() -> None:
    assert len({new_key() for _ in range(20)}) == 20


def test_a_refusal_survives_pickling() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_keys("")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 our own bytes
