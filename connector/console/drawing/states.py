"""States as words first and colours second, everywhere the same."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

#: word -> how it looks; whatever is not here is over, and quiet
LOOKS: Final = {
    "flows": "good",
    "moves": "moving",
    "tried again": "waiting",
    "rejected": "bad",
    "ok": "good",
    "done": "good",
    "active": "good",
    "running": "good",
    "waits": "waiting",
    "slowed": "waiting",
    "paused": "waiting",
    "queued": "waiting",
    "invited": "waiting",
    "offered": "waiting",
    "signed off": "good",
    "changed since sign-off": "bad",
    "not genuine": "bad",
    "differs": "bad",
    "held": "waiting",
    "stopping": "waiting",
    "broken off": "bad",
    "stands": "waiting",
    "on": "good",
    "busy": "moving",
    "told": "good",
    "fails": "bad",
    "given up": "bad",
    "gone": "bad",
    "silent": "bad",
    "needs you": "bad",
    "missing": "bad",
    "not enough": "bad",
    "changed": "waiting",
    "added": "good",
    "removed": "bad",
    "failed": "bad",
    "stopped": "bad",
    "ping failed": "bad",
    "quarantined": "bad",
    "of another tenant": "waiting",
}


def look(word: str) -> str:
    """How a state looks."""
    return LOOKS.get(word, "quiet")


def shown(word: str) -> Markup:
    """A state."""
    return Markup('<span class="state {}">{}</span>').format(look(word), word)
