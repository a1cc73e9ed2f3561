from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import (
    ConfigurationError,
    PermissionMissing,
    SourceLies,
    Unavailable,
)
from connector.domain.exchange import Query
from tests.http.misbehaving import says
from tests.systems.concur.conftest import Connection, good_token, query_of, tells
from tests.systems.concur.sources import LIST, source_of

if TYPE_CHECKING:
    from tests.http.misbehaving import Server


def test_two_versions_of_a_report_are_never_on_one_page(home: Server, logged_in: Connection) -> None:
    rows = [
        {"id": doc_id, "document": {"report": {"reportId": "R1", "revisionNumber": str(number)}}}
        for number, doc_id in enumerate(("d1", "d2", "d3"), start=1)
    ]
    home.on(LIST, tells({"content": rows}), tells({"content": []}))

    pages = list(source_of(logged_in).pages(Query(entity="expenses")))

    assert [[row.payload["revision"] for row in page.rows] for page in pages] == [["1"], ["2"], ["3"], []]
    assert [page.number for page in pages] == [1, 2, 3, 4]


def test_a_document_without_an_id_is_not_taken(home: Server, logged_in: Connection) -> None:
    home.on(LIST, tells({"content": [{"document": {}}]}))

    with pytest.raises(SourceLies, match="that has no id"):
        list(source_of(logged_in).pages(Query(entity="expenses")))


@pytest.mark.parametrize("body", [{"content": "x"}, {"content": [1]}])
def test_a_list_in_no_known_shape_is_not_believed(home: Server, logged_in: Connection, body: object) -> None:
    home.on(LIST, tells(body))

    with pytest.raises(SourceLies, match="in a shape nobody knows"):
        list(source_of(logged_in).pages(Query(entity="expenses")))


def test_accepted_without_a_list_is_no_list(home: Server, logged_in: Connection) -> None:
    home.on(f"{LIST}/acknowledgements", tells({"message": "queued"}, status=202))

    with pytest.raises(Unavailable, match="without a verdict on each document \\(queued, correlation id"):
        source_of(logged_in).acknowledge("expenses", [{"doc_id": "d1"}])


def test_what_is_asked_for_is_what_the_configuration_says(home: Server) -> None:
    home.on(LIST, tells({"content": []}))
    settings = {"system_id": "S1", "page_size": 7, "document_format": "text"}
    connection = Connection(url="http://127.0.0.1:9", settings=settings)
    connection.tokens.stored = good_token(home.url)

    list(source_of(connection).pages(Query(entity="expenses")))

    assert query_of(home.heard[0]) == {"page": "0", "limit": "7", "systemId": "S1"}
    assert home.heard[0].headers["documentformatas"] == "text"


def test_a_scope_that_is_missing_has_its_sentence(home: Server, logged_in: Connection) -> None:
    home.on(LIST, tells({"message": "The token lacks the scope FISVC."}, 403, concur_correlationid="theirs-9"))

    with pytest.raises(PermissionMissing) as error:
        list(source_of(logged_in).pages(Query(entity="expenses")))
    assert error.value.message.endswith(
        "(403: The token lacks the scope FISVC); have SAP add the scope to the client and connect the company again "
        "(correlation id theirs-9)."
    )


def test_a_path_that_is_not_there_never_passes_for_a_document_that_is_gone(home: Server, logged_in: Connection) -> None:
    home.on(LIST, says(404, b""))

    with pytest.raises(ConfigurationError, match="check the path under `entities`"):
        source_of(logged_in).withdrawn("expenses", {"doc_id": "d1"})


@pytest.mark.parametrize("status", [400, 404])
def test_concurs_own_word_that_it_has_no_such_document_is_believed(
    home: Server, logged_in: Connection, status: int
) -> None:
    home.on(LIST, tells({"message": "Document not found"}, status))

    assert "does not have document d1" in source_of(logged_in).withdrawn("expenses", {"doc_id": "d1"})


def test_a_single_document_may_come_without_a_list(home: Server, logged_in: Connection) -> None:
    home.on(LIST, tells({"id": "d1", "document": {}, "docStatus": "RECALLED"}))

    assert "RECALLED" in source_of(logged_in).withdrawn("expenses", {"doc_id": "d1"})
