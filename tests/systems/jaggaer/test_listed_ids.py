from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from connector.systems.jaggaer import listed_ids
from connector.systems.jaggaer.listed_ids import ListedIds
from tests.systems.jaggaer.conftest import invoice

if TYPE_CHECKING:
    from collections.abc import Hashable

    from connector.ports import Target


@pytest.fixture
def collisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number has the same hash."""
    monkeypatch.setattr(listed_ids, "hash", lambda _: -7, raising=False)


@pytest.fixture
def no_collisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """No two numbers have the same half of a hash: of 10,000 that happens once in a hundred times."""

    def told_apart(key: tuple[str, str]) -> int:
        place = int(key[0][1:]) * 20_000 + int(key[1][1:])
        return place << 32 | place

    monkeypatch.setattr(listed_ids, "hash", told_apart, raising=False)


@pytest.mark.usefixtures("no_collisions")
def test_what_is_listed_is_found_in_its_order_however_much_there_is() -> None:
    ids = ListedIds()
    for number in range(20_000):
        ids.add(("V1", f"N{number % 10_000}"), str(number + 1))

    assert [ids.under(("V1", f"N{number}")) for number in range(10_000)] == [
        [str(number + 1), str(number + 10_001)] for number in range(10_000)
    ]
    assert ids.under(("V2", "N1")) == []


@pytest.mark.parametrize("number", ["", "0", "007", "-1", "+1", " 1", "A-77", "\u0661", "9" * 18, "9" * 19, "9" * 5000])
def test_an_id_is_given_back_as_it_was_listed(number: str) -> None:
    ids = ListedIds()
    ids.add("before", "x y")
    ids.add("it", number)

    assert ids.under("it") == [number]
    ids.clear()
    assert ids.under("it") == []


def test_ids_that_lie_far_apart_are_given_back_as_they_were_listed() -> None:
    ids = ListedIds()
    most = 2**30
    listed = ["5", str(5 + most - 1), str(5 + most), str(5 + 2 * most), "4", "0", "9" * 18, "9" * 19]
    for number in listed:
        ids.add("it", number)

    assert ids.under("it") == listed
    ids.clear()
    ids.add("it", "7000000000")
    assert ids.under("it") == ["7000000000"]


def test_an_id_that_looks_like_the_hash_of_another_number_is_not_found_under_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listed_ids, "hash", lambda key: key, raising=False)
    ids = ListedIds()
    ids.add(1, str(2**32))
    ids.add(3, "7")

    assert ids.under(2**32) == []
    assert (ids.under(1), ids.under(3)) == ([str(2**32)], ["7"])


@pytest.mark.usefixtures("collisions")
def test_two_numbers_of_one_hash_are_told_apart_where_it_is_decided(prepared: Target) -> None:
    first, second = prepared.write(invoice("N1")), prepared.write(invoice("N2"))

    assert prepared.find(invoice("N3")) is None
    found = [prepared.find(invoice(number)) for number in ("N1", "N2")]
    assert [one and one.target_id for one in found] == [first.target_id, second.target_id]
    assert prepared.find(invoice("N1", kind="Credit memo", total="-21.00")) is None


def test_an_invoice_at_which_the_reading_was_interrupted_is_not_passed_over(
    prepared: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [prepared.write(invoice(number)).target_id for number in ("N1", "N2", "N3")]
    rows, adding = iter([True, False]), ListedIds.add

    def add(ids: ListedIds, key: Hashable, number: str) -> None:
        if not next(rows, True):
            raise MemoryError
        adding(ids, key, number)

    monkeypatch.setattr(ListedIds, "add", add)
    with pytest.raises(MemoryError):
        prepared.find(invoice("N3"))
    found = [prepared.find(invoice(number)) for number in ("N1", "N2", "N3")]
    assert [one and one.target_id for one in found] == written


def test_an_id_that_was_added_twice_is_one_invoice() -> None:
    ids = ListedIds()
    for number in ("1", "2", "1"):
        ids.add("it", number)
    assert ids.under("it") == ["1", "2"]


@pytest.mark.parametrize("step", [1, -1])
def test_a_long_list_takes_few_bytes_an_invoice(step: int) -> None:
    tracemalloc.start()
    try:
        ids = ListedIds()
        for number in range(50_000):
            ids.add(("V1", f"N{number}"), str(9_000_000 + step * number))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken < 12 * 50_000


def test_a_list_that_was_interrupted_while_it_made_room_has_all_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    ids, many = ListedIds(), 4 * listed_ids._FULL
    for number in range(many):
        ids.add(f"N{number}", str(number))
    hashed, looked = listed_ids._ENTRY, iter(range(20))

    class Interrupted:
        size = hashed.size

        def __getattr__(self, name: str) -> object:
            if name == "pack" and next(looked, None) is None:
                raise MemoryError
            return getattr(hashed, name)

    monkeypatch.setattr(listed_ids, "_ENTRY", Interrupted())
    with pytest.raises(MemoryError):
        ids.add("one more", "1")
    assert [ids.under(f"N{number}") for number in range(many)] == [[str(number)] for number in range(many)]
