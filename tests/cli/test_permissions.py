"""What a connection may not do is named where somebody looks: by its ping and by doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal

CONFIG = "username: mfg\nclient_id: c\npassword: env:QAD_PASSWORD\nworkspace: D_E\nshared_set: S\n"
PLAIN, PRIVATE = "http://127.0.0.1:9/clouderp", "https://127.0.0.1:9/clouderp"


@pytest.mark.parametrize(("url", "missing"), [(PLAIN, "allow_plain_http"), (PRIVATE, "allow_private_addresses")])
def test_ping_and_doctor_name_the_permission_that_is_missing(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, url: str, missing: str
) -> None:
    monkeypatch.delenv("ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES")
    config = terminal.file("qad.yaml", f"base_url: {url}\n{CONFIG}")
    terminal.ok("connection", "add", "acme", "--system", "qad", "--config", config)

    ping = terminal("connection", "ping", "acme")
    assert ping.code != 0
    assert f"`{missing}: true`" in ping.err
    found = next(check for check in terminal("doctor", "--json").json["checks"] if check["what"] == "connection acme")
    assert f"`{missing}: true`" in found["found"]

    both = terminal.file("reach.yaml", "allow_plain_http: true\nallow_private_addresses: true\n")
    terminal.ok("connection", "rotate", "acme", "--config", both)
    assert "refuses connections on port 9" in terminal("connection", "ping", "acme").err


def test_doctor_says_that_every_connection_has_both(terminal: Terminal) -> None:
    checks = terminal("doctor", "--json").json["checks"]
    (settings,) = [check for check in checks if check["what"] == "settings"]
    assert settings["found"].endswith("ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES: every connection may use plain http")
