"""Text from outside, made harmless for whoever looks at it: a terminal, a page, a log.

A terminal obeys some signs (clear the screen, write into the clipboard), others hide what stands beside them or turn it
round. Each is replaced by one sign that can be seen, so that widths stay what they are. This happens where text leaves
us for a person's eyes, whoever wrote it; what is stored and what a machine reads stays as it came.
"""

from __future__ import annotations

import json
import re
from typing import Final

#: control characters, what turns the direction of reading, what takes no room or is blank, line ends that are none to a
#: program, halves of characters; the joiners (U+200C, U+200D) and variants of signs that scripts need stay
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_DELETE: Final = 0x7F


def harmless(text: str, *, keep: str = "\n\t") -> str:
    """The same text with a visible sign in place of each that is not one; ``keep`` names those that may stay."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] in keep else _visible(ord(found[0])), text)


def harmless_json(text: str) -> str:
    """JSON that means the same, with those signs escaped that only a string can hold."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


def _visible(code: int) -> str:
    """Unicode has pictures of the old control characters: an escape is shown as one sign that reads ESC."""
    if code == _DELETE:
        return "\u2421"
    return chr(0x2400 + code) if code < ord(" ") else "\ufffd"
