"""States as words first and colours second, everywhere the same."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

#: word -> how it looks
LOOKS: Final = {
    "flows": "good",
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
    "warning": "waiting",
    "held": "waiting",
    "stands": "waiting",
    "needs you": "bad",
    "failed": "bad",
    "stopped": "bad",
    "ping failed": "bad",
    "missing": "bad",
    "off": "quiet",
    "left out": "quiet",
    "revoked": "quiet",
    "lapsed": "quiet",
    "ended": "quiet",
}


def shown(word: str) -> Markup:
    """A state."""
    return Markup('<span class="state {}">{}</span>').format(LOOKS.get(word, "quiet"), word)
