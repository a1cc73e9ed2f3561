"""Every account of Acme Books must be a value in JAGGAER, and the books know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.reconciliation.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEMS = ("books", "jaggaer")


def sides(books: Mapping[str, Any], jaggaer: Mapping[str, Any]) -> list[Sides]:
    """The chart and the values, and what was told of both."""
    wanted, there = set(books["accounts"]), jaggaer["holds"]["account_values"]
    return [
        Sides(
            flow="books_accounts_to_jaggaer",
            wanted=wanted,
            there=dict.fromkeys(there, 1),
            wrong=wanted - books["holds"].keys(),
            tolerated=there,
        )
    ]
