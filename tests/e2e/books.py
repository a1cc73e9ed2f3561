"""The QAD of a plant's tenants: QAD Adaptive, or the interface of QAD that `make ... QAD=` named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sandbox.server import running
from workers.demo import scenario

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sandbox.server import SandboxServer

ADAPTIVE = "qad"
#: whether `make` was told QAD=ee
INTERFACE = f"{ADAPTIVE}-{os.environ['QAD']}" if os.environ.get("QAD") else ADAPTIVE
#: what QAD Enterprise Edition answers now and then, which does not say what it has done; it posts all of it
VAGUE = (
    {"api": "bcinvoice", "kind": "error_posted", "rate": 0.05},
    {"api": "bcinvoice", "kind": "runtime", "posted": True, "rate": 0.02},
    {"api": "bjournalentry", "kind": "blank", "posted": True, "rate": 0.02},
    {"api": "bjournalentry", "kind": "error_posted", "rate": 0.05},
)


def qad_connection(place: str, **more: object) -> dict[str, Any]:
    """A connection to a simulated QAD as a customer describes it."""
    return {
        "system": "qad",
        "base_url": f"{place}/clouderp",
        "client_id": "0123456789abcdef0123456789abcdef",
        "username": "mfg",
        "password": "env:ACME_QAD_PASSWORD",
        "workspace": "10USA_10USACO",
        "domain": "10USA",
        "entity": "10USACO",
        "shared_set": "CORP",
        **more,
    }


def running_books(**how: Any) -> AbstractContextManager[SandboxServer]:
    """Serve the books as long as the block lasts."""
    return running(INTERFACE, **how)


def connection(place: str, *, timeout_seconds: int) -> dict[str, Any]:
    """A connection to them."""
    if INTERFACE == ADAPTIVE:
        return qad_connection(place, timeout_seconds=timeout_seconds)
    more = {"timeout_seconds": timeout_seconds, "ask_again_seconds": [5], "allow_plain_http": True}
    return scenario.connection(INTERFACE, place, more)


def be_vague(*books: SandboxServer) -> None:
    """Where the interface is known for it, some answers to postings do not say what was done."""
    if INTERFACE != ADAPTIVE:
        for one in books:
            one.set_options(answers=list(VAGUE))
