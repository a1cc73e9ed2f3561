"""One more integration of the demonstration: Acme Books and JAGGAER ONE."""

from __future__ import annotations

from workers.demo.scenario import Scenario

SCENARIO = Scenario(
    name="acme-accounts",
    kind="books-jaggaer",
    source="acme-books",
    target="acme-jaggaer-one",
    connections={("acme-books", "books"): {}},
    secrets={"BOOKS_PASSWORD": "books-sandbox"},
    faults={"books": ({"match": {"path": "/api/"}, "kind": "503", "rate": 0.05},)},
)
