"""What health checks ask."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from connector.domain.identity import new_id
from workers import alive

if TYPE_CHECKING:
    import pytest

    from tests.store.scene import Scene


def test_this_host_is_well_for_as_long_as_one_of_its_processes_is_heard_of(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = scene.ledger.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", url)
    monkeypatch.setenv("ML_CONNECTOR_DEAD_WORKER_SECONDS", "20")
    assert alive.main([]) == 1, "somebody else is heard of"
    scene.ledger.heartbeat(new_id(), host=socket.gethostname(), pid=1, kind="worker", busy_with=())
    assert alive.main([]) == 0
    scene.change("UPDATE workers SET heartbeat_at = heartbeat_at - interval '21 seconds'")
    assert alive.main([]) == 1
    assert "gave a sign of life for 20 seconds" in capsys.readouterr().err
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", f"{url}&user=nobody-there")
    assert alive.main([]) == 1
    assert "The ledger cannot be asked" in capsys.readouterr().err
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", "postgresql://x:canary@127.0.0.1:9/z")
    assert alive.main([]) == 1
    said = capsys.readouterr().err
    assert "Asked at 127.0.0.1:9: it refuses connections." in said
    assert "canary" not in said
