"""Cost objects below one another: company, cost centre, project."""

from __future__ import annotations

from typing import Any

import pytest

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.domain.flow import Mapped
from connector.domain.gate import CodeNeed, Known, Link, LinkState
from connector.domain.outcome import Bury, Incomplete, Skip, Wait

FLOW = registry.flow("qad_cost_objects_to_concur")
LEVELS = {"levels": ["company", "cost_centre", "project"]}
#: documents of the flow that Concur has: key in the ledger -> key there, and where
THERE = {
    "company|US": ("companies|US", "US"),
    "company|DE": ("companies|DE", "DE"),
    "cost_centre|A1": ("cost_centres|a1", "US/a1"),
    "cost_centre|B1": ("cost_centres|B1", "US/B1; DE/B1"),
}


def said(
    kind: str,
    code: str,
    *,
    row: str | None = None,
    held: str | None = None,
    without: str = "",
    options: Any = LEVELS,
    **columns: Any,
) -> Any:  # Mapped or any outcome; each test says which
    there = {key: Link(state=LinkState.LINKED, target_key=sent, target_id=at) for key, (sent, at) in THERE.items()}
    there.pop(without, None)
    own = f"{kind}|{code}"
    if held is not None:
        there[FLOW.fold(own)] = Link(state=LinkState.LINKED, target_id=held)
    rows = {CodeNeed(table="places", code=own): row} if row is not None else {}
    payload = {"cost_object": own, "kind": kind, "code": code, "description": "It", "active": True, **columns}
    document = FLOW.parse(payload)
    known = FLOW.known(
        document,
        options,
        lambda needs: Known(
            links={need: there[need.key] for need in needs.links if need.key in there},
            codes={need: rows[need] for need in needs.codes if need in rows},
        ),
    )
    return FLOW.map(document, known, options)


def places(mapped: Any) -> dict[str, bool]:
    assert isinstance(mapped, Mapped), mapped
    return {"/".join(place["parents"]): place["deleted"] for place in mapped.body["places"]}


def test_each_stands_below_what_qad_says_in_the_spelling_concur_has() -> None:
    assert places(said("company", "FR")) == {"": False}
    assert places(said("cost_centre", "C1", company="us")) == {"US": False}
    project = said("project", "P1", company="US", cost_centre="A1")
    assert places(project) == {"US/a1": False}
    assert (project.key, project.body["list"]) == ("projects|P1", "connected")


def test_levels_may_be_left_out_and_the_rest_has_lists_of_its_own() -> None:
    two = {"levels": ["cost_centre", "project"]}
    assert places(said("cost_centre", "C1", options=two)) == {"": False}
    assert places(said("project", "P1", cost_centre="B1", options=two)) == {"B1": False}
    assert said("account", "4000", options=two).body["list"] == "accounts"
    assert isinstance(said("company", "US", options=two), Skip)


def test_the_crosswalk_may_put_one_below_several_others() -> None:
    assert places(said("project", "P1", row="US/B1; DE/B1; US/B1", company="FR")) == {"US/B1": False, "DE/B1": False}


def test_a_place_it_left_is_deleted_and_with_the_item_all_of_them() -> None:
    assert places(said("project", "P1", row="DE/B1", held="US/B1/P1; DE/B1/P1")) == {"US/B1": True, "DE/B1": False}
    gone = said("project", "P1", row="DE/B1", held="US/B1/P1", active=False)
    assert places(gone) == {"US/B1": True, "DE/B1": True}
    assert places(said("project", "P1", held="0b1d-an-id-of-another-list", active=False)) == {}


def test_one_without_a_place_waits_for_the_crosswalk_and_says_so() -> None:
    parked = said("project", "P1", company="US")

    assert isinstance(parked, Incomplete)
    assert [need.subject for need in parked.missing] == ["crosswalk:places:project|P1"]
    assert parked.why.startswith(
        "Project P1 has no company/cost_centre in QAD to stand below in Concur; enter it there"
    )


@pytest.mark.parametrize("row", ["US", "US/A1/P1", "US/A1; DE", ""])
def test_a_row_that_is_no_place_is_a_dead_letter(row: str) -> None:
    buried = said("project", "P1", row=row)

    assert isinstance(buried, Bury)
    assert (buried.code, '"company/cost_centre"' in buried.reason) == ("place_unreadable", True)


def test_it_waits_until_all_above_it_are_there() -> None:
    waiting = said("project", "P1", company="US", cost_centre="A1", without="cost_centre|A1")

    assert isinstance(waiting, Wait)
    assert waiting.gate == "cost centre A1 in Concur"
    assert [need.key for need in waiting.needs] == ["cost_centre|A1"]


@pytest.mark.parametrize("levels", [["project", "company"], ["account"], ["company", "company"]])
def test_levels_in_another_order_are_refused(levels: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="company, cost_centre, project are expected in this order"):
        said("project", "P1", options={"levels": levels})
