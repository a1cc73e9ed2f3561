"""Why documents of a month stand where they do, in words: what is kept of it is short, so that it can be counted."""

from __future__ import annotations

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.record import Hold, State

_STATES = {
    State.LOADED: "its source is not told yet",
    State.REJECTED: "refused by the target, and told to the source",
    State.SKIPPED: "left out by the flow: each says why",
    State.CANCELLED: "taken back at its source",
    State.DEAD: "discarded by a person",
}
_HOLDS = {
    Hold.RETRY: "is tried again",
    Hold.VERSION: "waits for an older version",
    Hold.CONNECTION: "waits for its connection",
    Hold.SOURCE: "waits for its source to be told that we have it",
}
_LINK, _CODE, _GATE = "link", "crosswalk", f"{Hold.GATE}: "


def in_words(reason: str) -> str:
    """``gate: link qad_receipts_to_concur`` as ``waits for another document: Receipts``."""
    _, _, what = reason.partition(": ")
    kind, _, name = what.partition(" ")
    if kind == _LINK:
        return f"waits for another document: {title(name)}"
    if kind == _CODE:
        return f"a code is missing in {name}"
    if reason.startswith(_GATE):
        return f"waits for {what}"
    if reason in _STATES:
        return _STATES[State(reason)]
    return _HOLDS[Hold(reason)] if reason in _HOLDS else reason.replace("_", " ")


def title(flow: str) -> str:
    """What people call a flow; its name where this release does not have it."""
    try:
        return registry.flow(flow).title
    except ConnectorError:
        return flow
