"""Whether a flow's target takes changes: only one that overwrites by its own key is ever sent a document again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from connector import registry
from connector.domain.exchange import Safety

if TYPE_CHECKING:
    from connector.ports import Target

CONFIGS: dict[str, dict[str, Any]] = {
    "qad": {
        "base_url": "https://qad.example/clouderp",
        "client_id": "0123456789abcdef0123456789abcdef",
        "username": "mfg",
        "workspace": "10USA_10USACO",
        "shared_set": "CORP",
    },
    "jaggaer": {
        "base_url": "https://jaggaer.example",
        "token_url": "https://jaggaer.example/auth/realms/J1p-integrations/protocol/openid-connect/token",
        "client_id": "ml-connector",
    },
    "concur": {"client_id": "c", "company_uuid": "08BCCA1E-0D4F-4261-9F1B-F778D96617D6"},
}
#: targets that know a document by its key, and keep what they were told first
KEPT = {"qad_payments_to_concur"}


def target(system: str) -> Target:
    connection = SimpleNamespace(
        name="acme", system=system, config=CONFIGS[system], overrides={}, tokens=None, allow_private_addresses=False,
        secrets={"password": "x", "client_secret": "x", "request_token": "x"},
    )  # fmt: skip
    return registry.system(system).target(cast("Any", connection))


@pytest.mark.parametrize("name", registry.flows())
def test_only_what_a_target_overwrites_is_sent_again(name: str) -> None:
    flow = registry.flow(name)
    overwrites = target(flow.target.system).safety(flow.target.entity) is Safety.NATIVE_KEY
    assert flow.updates is (overwrites and name not in KEPT)
