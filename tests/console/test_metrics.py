from __future__ import annotations

from typing import TYPE_CHECKING

from connector.inbound.metrics import Scraped
from connector.metering.access import Access
from tests.console.receiver import Receiver, pem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

TOKEN = "0123456789abcdef"


def test_whoever_shows_the_token_is_told_and_nobody_else(private_keys: list[rsa.RSAPrivateKey]) -> None:
    scraped = Scraped(access=Access(how="token", token=TOKEN), text=lambda: b"ml_connector_ledger_up 1.0\n")
    with Receiver(pem(*private_keys), scraped=scraped) as receiver:
        told = receiver.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        refused = receiver.get("/metrics")
    assert (told.status_code, told.text) == (200, "ml_connector_ledger_up 1.0\n")
    assert told.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert (refused.status_code, refused.text) == (403, "Not for you.\n")


def test_where_nobody_may_scrape_there_is_nothing_to_be_scraped(private_keys: list[rsa.RSAPrivateKey]) -> None:
    with Receiver(pem(*private_keys), scraped=Scraped(access=Access(how="off"), text=lambda: b"1")) as receiver:
        assert receiver.get("/metrics").status_code == 404
