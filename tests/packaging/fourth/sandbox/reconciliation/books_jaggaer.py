"""Every account of Acme Books must be a value in JAGGAER, and the books know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.reconciliation.compared import Compared

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEMS = ("books", "jaggaer")


def reconcile(books: Mapping[str, Any], jaggaer: Mapping[str, Any]) -> list[Compared]:
    """Compare the chart with the values, and what was told with both."""
    wanted, there = set(books["accounts"]), jaggaer["holds"]["account_values"]
    return [
        Compared(
            flow="books_accounts_to_jaggaer",
            expected=len(wanted),
            found=len(wanted & there.keys()),
            missing=tuple(sorted(wanted - there.keys())),
            twice=(),
            wrong=tuple(sorted(wanted - books["holds"].keys())),
            uncalled=(),
        )
    ]
