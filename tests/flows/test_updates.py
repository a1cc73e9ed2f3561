"""Whether a flow's target takes changes: only one that overwrites by its own key is ever sent a document again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from connector import registry
from connector.domain.exchange import Safety
from connector.domain.outbound import NOTHING_SAID
from connector.operations.setup import yaml_text

if TYPE_CHECKING:
    from connector.ports import Target

#: a change is a message of its own, which says what it changes, whether or not messages are remembered
TOLD = {"qad_orders_to_cxml", "qad_payments_to_cxml", "qad_payments_to_concur"}


def target(name: str) -> Target:
    system = registry.system(name)
    written = yaml_text.read(system.examples.connection, name=name).data
    config = {key: value for key, value in written.items() if key not in {*system.secrets, "entities"}}
    connection = SimpleNamespace(
        name="acme", system=name, config=config, overrides={}, tokens=None, allow_private_addresses=False,
        outbound=NOTHING_SAID,
        secrets=dict.fromkeys(system.secrets, "x"),
    )  # fmt: skip
    return system.target(cast("Any", connection))


@pytest.mark.parametrize("name", [name for name, flow in registry.flows().items() if flow.sends])
def test_only_what_a_target_overwrites_is_sent_again(name: str) -> None:
    flow = registry.flow(name)
    overwrites = target(flow.target.system).safety(flow.target.entity) in {Safety.NATIVE_KEY, Safety.UNASKED}
    assert flow.updates is (overwrites or name in TOLD)
