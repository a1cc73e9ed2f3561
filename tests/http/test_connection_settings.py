"""Workers of the release before read connections that this one wrote, and refuse a setting they do not know."""

from __future__ import annotations

from typing import Any

import pytest

from connector import registry

QAD = {"base_url": "https://acme.qad.com/clouderp", "username": "u", "client_id": "c", "password": "p"}
QAD |= {"workspace": "D_E", "domain": "D", "entity": "E", "shared_set": "S"}
JAGGAER = {"base_url": "https://api.example", "token_url": "https://login.example/token", "client_id": "c"}
CONCUR = {"client_id": "c", "company_uuid": "8d6e0b1c-3f0e-4b42-9c57-d9c3b4a3c111"}
REACHING: dict[str, Any] = {"allow_private_addresses": True, "allow_plain_http": True, "ca_file": "/etc/acme.pem"}
REACHING |= {"proxy": "http://proxy.example:3128"}
REACHING |= {"most_answer_megabytes": 60, "most_answer_elements": 9000}
YOUNGER: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("qad", QAD, {"dates": "dmy", "decimals": "comma", "ask_again_seconds": [1, 2], **REACHING}),
    ("jaggaer", JAGGAER, {"ask_again_seconds": [1, 2], **REACHING}),
    ("concur", CONCUR, {"ask_again_seconds": [1, 2], **REACHING}),
]


@pytest.mark.parametrize(("system", "config", "younger"), YOUNGER, ids=[system for system, _, _ in YOUNGER])
def test_a_younger_setting_is_stored_where_it_is_set_and_nowhere_else(
    system: str, config: dict[str, Any], younger: dict[str, Any]
) -> None:
    found = registry.system(system)
    assert not found.check(config, {}).keys() & younger
    stored = found.check({**config, **younger}, {})
    assert {name: stored[name] for name in younger} == younger
    assert found.check(stored, {}) == stored
