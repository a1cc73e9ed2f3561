"""After a restore: who has to be asked for what came since, and a backup that is still encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.embedded import dumping
from connector.vault import streams

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal


def test_who_posts_to_us_is_asked_to_send_again_and_what_nobody_can_ask_for_is_held(
    acme: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {
        "concur": ("CONCUR_SECRET", "CONCUR_REQUEST_TOKEN"),
        "cxml": ("CXML_SECRET", "CXML_PARTNER_SECRET"),
    }
    for system, names in secrets.items():
        for name in names:
            monkeypatch.setenv(name, f"canary-{name}")
        text = Path(f"docs/examples/sandbox-{system}.yaml").read_text(encoding="utf-8")
        text = text.replace('remembers_payload_ids: "yes"', 'remembers_payload_ids: "no"')
        acme.ok("connection", "add", system, "--system", system, "--config", acme.file("x.yaml", text))
        acme.ok("integration", "add", f"to-{system}", "--kind", f"qad-{system}", "--from", "acme-qad", "--to", system)

    said = acme.json("db", "restored")

    assert said["posted_to"] == ["cxml"]
    assert "to-concur/concur_expenses_to_qad" in said["told_sources"]
    assert [flow for flow in said["told_sources"] if "cxml" in flow] == []
    assert said["held"] == ["to-cxml/qad_orders_to_cxml", "to-cxml/qad_payments_to_cxml"]
    flow = acme.json("flow", "show", "to-cxml/qad_orders_to_cxml")
    assert "its target cannot be asked what it got since" in flow["held_why"]
    acme.ok("flow", "enable", "to-cxml/qad_orders_to_cxml")
    assert acme.json("flow", "show", "to-cxml/qad_orders_to_cxml")["held_why"] == ""
    told = " ".join(acme.ok("db", "restored").out.split())
    assert "What was posted to cxml since then is not here" in told


def test_an_encrypted_backup_is_told_to_be_decrypted_first(tmp_path: Path) -> None:
    file = tmp_path / "ledger.mlcb"
    file.write_bytes(streams.MAGIC + b"\x01a")
    with pytest.raises(ConfigurationError, match=f"`ml-connector db unseal {file} INTO`"):
        dumping.restore("postgresql://x@/ledger?host=/nowhere", file)
