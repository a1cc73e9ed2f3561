"""An id that a system made up stays where it is put in a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, SourceLies
from connector.http.paths import segment
from connector.http.request import Request
from connector.systems.concur.names import Names
from tests.http.misbehaving import says

if TYPE_CHECKING:
    from tests.http.misbehaving import Server


@pytest.mark.parametrize(
    "value", ["..", ".", "", " ", "../users", "a/../../users", "..\\users", "%2e%2e", "%2e%2E/users"]
)
def test_an_id_that_leads_elsewhere_is_not_asked_for(server: Server, value: str) -> None:
    with pytest.raises(SourceLies, match="would lead to another address than its own, so it was not asked for"):
        segment(value)
    with pytest.raises(SourceLies):
        Names({})("list_items", "delete", list="L1", item=value)
    if value.strip():
        for method in ("GET", "DELETE"):
            with pytest.raises(ConfigurationError, match="another address than it shows; write the whole path"):
                server.http("/api").send(Request(method=method, url=f"lists/{value}/items", writes=method != "GET"))
    assert server.connections == 0


@pytest.mark.parametrize(
    ("value", "spelled"),
    [("10-100/A", "10-100%2FA"), ("...", "..."), (".a", ".a"), ("a?b#c", "a%3Fb%23c"), ("ü 1", "%C3%BC%201")],
)
def test_every_other_id_is_one_part_of_its_path(server: Server, value: str, spelled: str) -> None:
    server.on(f"/api/lists/{spelled}", says())
    assert server.http("/api").send(Request(method="GET", url=f"lists/{segment(value)}")).ok
