from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.http.reach import Reach, domain_of
from connector.http.request import Request

if TYPE_CHECKING:
    from tests.http.misbehaving import Server


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://us2.api.concursolutions.com", "api.concursolutions.com"),
        ("https://concur.example.com", "concur.example.com"),
        ("https://example.co.uk", "example.co.uk"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("https://[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_a_domain_reaches_no_further_than_its_owner(address: str, domain: str) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    "outside",
    [
        "https://api.concursolutions.com.evil.example",
        "https://evilapi.concursolutions.com",
        "https://user@evil.example/us2.api.concursolutions.com",
        "https://evil.example#us2.api.concursolutions.com",
        "http://us2.api.concursolutions.com",
        "us2.api.concursolutions.com",
        "https://[us2.api.concursolutions.com",
    ],
)
def test_what_only_looks_like_the_domain_is_outside(outside: str) -> None:
    reach = Reach("https://glz.api.concursolutions.com", domains=["api.concursolutions.com"])
    assert reach.admits("https://us2.api.concursolutions.com/oauth2/v0/token")
    assert not reach.admits(outside)


def test_a_path_or_a_link_that_is_an_address_elsewhere_is_not_called(server: Server) -> None:
    elsewhere = f"http://localhost:{server.port}/j1p/api/invoices"

    with pytest.raises(ConfigurationError, match=r"localhost:\d+/\S+ lies outside .* nothing was sent there"):
        server.http().send(Request(method="GET", url=elsewhere, headers={"Authorization": "Bearer canary"}))
    assert server.heard == []
