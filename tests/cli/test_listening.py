"""A port that is taken, or an address that is none of this machine's, is named before a server starts."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from workers import console, flower, listening

if TYPE_CHECKING:
    from collections.abc import Callable


def test_an_address_that_is_not_ours_is_named_and_a_free_port_is_not() -> None:
    listening.require("127.0.0.1", 0, "ML_CONNECTOR_FLOWER_PORT")
    with pytest.raises(ConfigurationError, match=r"Nobody can listen on port 0 of 192\.0\.2\.1 \(.*FLOWER_PORT"):
        listening.require("192.0.2.1", 0, "ML_CONNECTOR_FLOWER_PORT")


@pytest.mark.parametrize(("main", "name"), [(flower.main, "FLOWER"), (console.main, "CONSOLE")])
def test_a_port_that_is_taken_ends_a_process_with_a_sentence(
    main: Callable[[], None], name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = {"DATABASE_URL": "postgresql://a@127.0.0.1:1/x", "BROKER_URL": "redis://127.0.0.1:1/0"}
        for variable, value in {**given, "FLOWER_PASSWORD": "password", f"{name}_PORT": str(port)}.items():
            monkeypatch.setenv(f"ML_CONNECTOR_{variable}", value)
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        f"Nobody can listen on port {port} of 127.0.0.1 (Address already in use): stop what does, or set "
        f"ML_CONNECTOR_{name}_PORT to another port.\n"
    )
