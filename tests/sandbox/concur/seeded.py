"""Documents that the simulated SAP Concur is seeded with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.concur.financial.documents import Documents
from sandbox.concur.seeding.seeder import Seeder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.concur.financial.documents import Document


def seeded(documents: int, seed: int = 1) -> Documents:
    shelf = Documents()
    Seeder(shelf, seed=seed, documents=documents).fill()
    return shelf


def reports(shelf: Documents) -> list[Document]:
    return list(shelf.of_type("expense"))


def rows(document: Document) -> Iterator[tuple[Any, Any, Any]]:
    """Every journal row with the allocation and entry around it."""
    for entry in document.content["expenseEntry"]:
        for allocation in entry["allocation"]:
            for row in allocation["journal"]:
                yield entry, allocation, row
