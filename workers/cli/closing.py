"""What a command opened, closed when it ends; nothing is loaded for a command that opened nothing."""

from __future__ import annotations

from contextlib import ExitStack

OPENED = ExitStack()


def close() -> None:
    """Close what the command opened."""
    OPENED.close()
