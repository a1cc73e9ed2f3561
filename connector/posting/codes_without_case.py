"""QAD compares codes without case: ``ABC01`` on an order and ``abc01`` in the master are one supplier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.gate import LinkNeed

if TYPE_CHECKING:
    from connector.domain.gate import Known


def folded(code: str) -> str:
    """A code as QAD compares it: without case. What stands before a bar is ours: ``account|4000``."""
    before, bar, own = code.rpartition("|")
    return f"{before}{bar}{own.upper()}"


def need(flow: str, code: str) -> LinkNeed:
    """The document of QAD with this code, however it is spelled."""
    return LinkNeed(flow=flow, key=folded(code))


def as_sent(known: Known, flow: str, code: str) -> str:
    """A code as the document it names was sent to the target; as it stands here while the target has no such."""
    return known.link(flow, folded(code)).target_key or code
