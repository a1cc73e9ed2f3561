"""A report that a person discarded and Concur lists again: Concur, QAD and the person agree in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations.work import dead_letters
from connector.store.operator.dead_letters import Filter

if TYPE_CHECKING:
    from tests.journey.stock import Stock
    from tests.journey.works import Works

FLOW = "concur_expenses_to_qad"


def codes(works: Works, record_id: Any) -> list[str]:
    """Of its open dead letters."""
    open_ones = dead_letters.list_(works.operator, Filter(ids=(record_id,)), most=10, resolved=False)
    return [letter.code for letter in open_ones]


def in_concur(works: Works, key: str) -> Any:
    found = works.sandboxes["concur"].state("holds")["holds"]["expenses"]
    return next(one for one in found.values() if one["source_key"] == key)


def test_it_stays_on_concurs_list_until_the_person_says_so_and_is_posted_once(stock: Stock) -> None:
    works, concur = stock.works, stock.works.sandboxes["concur"]
    record_id = stock.next_to_tell(FLOW)
    key = works.record(record_id).source_key
    concur.add_documents({"recall": [key]})
    works.step(record_id)
    assert codes(works, record_id) == ["recalled_after_posting"]
    dead_letters.discard(works.operator, dead_letters.get(works.operator, record_id).id, "a mistake of the owner")
    concur.add_documents({"restate": {"status": "READY", "documents": [key]}})
    told = in_concur(works, key)["said"]
    for _ in range(2):
        works.read(FLOW)
    assert codes(works, record_id) == ["listed_after_discard"]
    assert (in_concur(works, key)["status"], in_concur(works, key)["said"]) == ("READY", told)

    posted = len(works.written(works.sandboxes["qad"]))
    fixed, _ = dead_letters.select(works.operator, Filter(ids=(record_id,), discarded=True))
    assert [batch.letters for batch in dead_letters.requeue(works.operator, fixed)] == [1]
    assert works.finish(record_id) == "done"
    assert len(works.written(works.sandboxes["qad"])) == posted, "QAD was asked, and has it"
    assert in_concur(works, key)["said"]["acknowledgements"] == told["acknowledgements"] + 1
