"""A private network and plain http are two permissions of one connection; neither brings the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.opened import OpenedConnection
from tests.http.misbehaving import misbehaving
from tests.http.test_connection_settings import CONCUR, JAGGAER, QAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.http.misbehaving import Server

CONFIGS = {"qad": QAD, "jaggaer": JAGGAER, "concur": CONCUR}
PRIVATE, PLAIN = "allow_private_addresses", "allow_plain_http"


@pytest.fixture
def server() -> Iterator[Server]:
    with misbehaving() as server:
        yield server


class NoTokens:
    def current(self) -> None:
        return None

    def renew(self, _stale: object, fetch: Any) -> Any:
        return fetch(None)


def ping(system: str, server: Server, *permitted: str, deployment: bool = False, https: bool = False) -> None:
    url = server.url.replace("http://", "https://") if https else server.url
    addresses = {"base_url": url + ("/clouderp" if system == "qad" else "")}
    if system == "jaggaer":
        addresses["token_url"] = f"{url}/token"
    found = registry.system(system)
    secrets = dict.fromkeys(found.secrets, "s3cret")
    config = found.check({**CONFIGS[system], **addresses, **dict.fromkeys(permitted, True), **secrets}, {})
    found.ping(
        OpenedConnection(
            name="acme",
            system=system,
            config=config,
            overrides={},
            secrets=secrets,
            tokens=NoTokens(),  # type: ignore[arg-type]  # as much as is asked here
            allow_private_addresses=deployment,
        )
    )


@pytest.mark.parametrize("system", CONFIGS)
def test_a_private_network_does_not_permit_plain_http(system: str, server: Server) -> None:
    with pytest.raises(ConfigurationError, match=rf"is not encrypted; use https, with ca_file.*`{PLAIN}: true`"):
        ping(system, server, PRIVATE)
    assert server.connections == 0


@pytest.mark.parametrize("system", CONFIGS)
@pytest.mark.parametrize("https", [False, True])
def test_plain_http_does_not_permit_a_private_network(system: str, server: Server, *, https: bool) -> None:
    with pytest.raises(ConfigurationError, match=rf"private or loopback address.*`{PRIVATE}: true`"):
        ping(system, server, PLAIN, https=https)
    assert server.connections == 0


@pytest.mark.parametrize("system", CONFIGS)
def test_a_connection_with_both_and_one_of_a_deployment_that_permits_both_to_all_are_let_out(
    system: str, server: Server
) -> None:
    for permitted, deployment in (((PRIVATE, PLAIN), False), ((), True)):
        before = server.connections
        with pytest.raises(ConnectorError):  # the server speaks neither of the three
            ping(system, server, *permitted, deployment=deployment)
        assert server.connections > before
