"""``ml-connector``: what an operator types. Each command shows what an operation answers; nothing is decided here."""

from __future__ import annotations

from workers.cli.app import app, main

__all__ = ["app", "main"]
