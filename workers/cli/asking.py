"""Asking a person before much is done."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from connector.domain.harmless import harmless

Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for the audit trail.")]

Discarded = Annotated[
    bool,
    typer.Option(
        "--discarded", help="Also what a person discarded: somebody has looked whether it was entered by hand."
    ),
]


def make_sure(question: str, *, yes: bool) -> None:
    """Ask on stderr, stdout is for what was asked for; nobody is asked without a terminal, or after ``--yes``."""
    if yes or not sys.stdin.isatty():
        return
    sys.stderr.write(f"{harmless(question)} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise typer.Abort
