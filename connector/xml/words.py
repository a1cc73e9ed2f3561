"""Why a message is not read."""

from __future__ import annotations


class NotReadable(ValueError):
    """A message that is not read; its text is why, as half a sentence: "declares entities"."""
