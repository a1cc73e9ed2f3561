from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from connector.domain.errors import SourceLies
from connector.systems.concur.financial import Listed
from connector.systems.concur.shrinking_list import Batch, drained

SIZE = 3


@dataclass
class WaitingList:
    """A list of documents that shrinks by what is acknowledged."""

    left: list[str]
    #: never leave the list, whoever acknowledges
    staying: set[str] = field(default_factory=set)
    claims_more: bool = False
    asked: list[int] = field(default_factory=list)

    def page(self, number: int) -> Listed:
        self.asked.append(number)
        rows = self.left[number * SIZE : (number + 1) * SIZE]
        return Listed(
            documents=tuple({"id": name} for name in rows), more=bool(rows) and (self.claims_more or len(rows) == SIZE)
        )

    def acknowledge(self, batch: Batch) -> list[str]:
        names = [str(document["id"]) for document in batch.documents]
        self.left = [name for name in self.left if name not in names or name in self.staying]
        return names


def named(count: int) -> list[str]:
    return [f"d{number}" for number in range(count)]


def read(waiting: WaitingList, *, start: int = 0, acknowledge: bool = True) -> list[str]:
    found: list[str] = []
    for batch in drained(waiting.page, start=start, what="expenses"):
        names = [str(document["id"]) for document in batch.documents]
        found += waiting.acknowledge(batch) if acknowledge else names
    return found


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9, 10, 100])
@pytest.mark.parametrize("acknowledge", [True, False])
def test_every_document_is_read_once_whether_the_list_shrinks_or_not(count: int, *, acknowledge: bool) -> None:
    assert read(WaitingList(named(count)), acknowledge=acknowledge) == named(count)


def test_a_list_that_shrinks_is_read_from_its_beginning_each_time() -> None:
    waiting = WaitingList(named(7))

    read(waiting)

    assert waiting.asked == [0, 0, 0, 0]


@pytest.mark.parametrize("staying", [{"d0"}, {"d0", "d1", "d2"}, {"d0", "d1", "d2", "d3", "d4"}, {"d5", "d9"}])
def test_documents_that_stay_hide_none_behind_them(staying: set[str]) -> None:
    assert sorted(read(WaitingList(named(20), staying=staying))) == sorted(named(20))


def test_what_moves_up_into_pages_already_read_is_still_found() -> None:
    waiting = WaitingList(named(9), staying={"d0", "d1", "d2"})
    found: list[str] = []
    for batch in drained(waiting.page, what="expenses"):
        found += waiting.acknowledge(batch)
        if "d5" in found and "d0" in waiting.left:
            waiting.left.remove("d0")  # somebody takes it back: everything behind it moves up by one

    assert sorted(found) == sorted(named(9))


def test_what_comes_while_we_read_is_read_as_well() -> None:
    waiting = WaitingList(named(4))
    found: list[str] = []
    for batch in drained(waiting.page, what="expenses"):
        found += waiting.acknowledge(batch)
        if "late" not in found and "late" not in waiting.left:
            waiting.left.append("late")

    assert found == [*named(3), "d3", "late"]


def test_a_page_that_was_filled_up_is_continued() -> None:
    """A slice that ended behind documents that stay goes on there and looks at the beginning once more."""
    waiting = WaitingList(named(9), staying={"d0", "d1", "d2"})

    assert set(read(waiting, start=1)) >= set(named(9)[3:])
    assert waiting.asked[0] == 1


def test_one_document_twice_on_a_page_is_one() -> None:
    waiting = WaitingList(["d0", "d0"])

    assert read(waiting, acknowledge=False) == ["d0"]


def test_a_service_that_pages_for_ever_is_not_believed() -> None:
    def same(_: int) -> Listed:
        return Listed(documents=({"id": "d0"}, {"id": "d1"}), more=True)

    with pytest.raises(SourceLies, match="the same expenses on pages 0 and 1"):
        list(drained(same, what="expenses"))


def test_a_count_of_more_that_are_not_there_ends_the_read() -> None:
    assert read(WaitingList(named(2), claims_more=True), acknowledge=False) == named(2)
