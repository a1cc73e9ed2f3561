"""What an order needs besides its own figures: whole addresses, and the policy of the country that is billed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector import registry
from connector.domain.outcome import Incomplete, Park
from tests.flows.qad_concur.ledger import ask

FLOW = registry.flow("qad_orders_to_concur")
SOURCE = Path(__file__).parent / "golden" / "qad_orders_to_concur" / "new.source.json"
COPENHAGEN = "3 Havnegade; Copenhagen; ; 1058; DK"


def order(**said: Any) -> Any:  # Mapped or any outcome; each test says which
    known = {**said, "codes": {"addresses:20": COPENHAGEN, **said.get("codes", {})}}
    return ask(FLOW, {**json.loads(SOURCE.read_text()), "ship_to": known.pop("ship_to", "10")}, **known)


def test_an_address_without_state_waits_for_its_row_and_says_which() -> None:
    said = order(ship_to="20")

    assert isinstance(said, Incomplete)
    assert [need.subject for need in said.missing] == ["crosswalk:addresses:20"]
    assert said.why.startswith(
        "Purchase order PO10001 needs a state in addresses '20': Concur takes no address without"
    )


def test_a_country_that_has_no_states_can_be_named() -> None:
    said = order(ship_to="20", options={"countries_without_state": ["dk"]})

    assert (said.body["ShipToAddress"]["CountryCode"], said.body["ShipToAddress"]["StateProvince"]) == ("DK", "")


@pytest.mark.parametrize(
    ("rows", "option", "policy"),
    [
        ({}, "PO", "PO"),
        ({"policies:US": "USPO", "policies:DK": "DKPO"}, "PO", "USPO"),
        ({"policies:DK": "DKPO"}, "GROUP", "GROUP"),
    ],
)
def test_each_country_that_is_billed_has_its_policy(rows: dict[str, str], option: str, policy: str) -> None:
    said = order(ship_to="20", codes=rows, options={"policy": option, "countries_without_state": ["DK"]})

    assert said.body["PolicyExternalID"] == policy


def test_without_a_policy_for_all_a_country_without_a_row_waits() -> None:
    said = order(options={"policy": ""})

    assert isinstance(said, Park)
    assert [need.subject for need in said.missing] == ["crosswalk:policies:US"]
