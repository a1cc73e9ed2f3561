from __future__ import annotations

from typing import Any

import pytest

from connector.domain.errors import (
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    CredentialsRefused,
    PermissionMissing,
    Refused,
    Unanswered,
)
from connector.http.body import encode
from connector.http.request import Answer
from connector.systems.qad.adaptive.answers import opened, submitted

WHERE, PATH = "QAD connection acme", "api/erp/supplierV2s"


def said(body: object, status: int = 200) -> Answer:
    return Answer(status=status, headers={}, text=encode(body).decode(), writes=True)


def judged(body: object, status: int = 200) -> ConnectorError:
    with pytest.raises(ConnectorError) as error:
        submitted(said(body, status), where=WHERE, path=PATH, already_there=("already exists",))
    return error.value


def result(**parts: Any) -> dict[str, Any]:
    return {"data": {"supplierV2s": [{"supplierCode": "S1"}]}, "submitResult": parts}


@pytest.mark.parametrize("severity", [{}, {"errorSeverity": 0}, {"errorSeverity": None}])
def test_success_without_severity_and_errors_is_taken(severity: dict[str, Any]) -> None:
    taken = submitted(said(result(success=True, errors=[], **severity)), where=WHERE, path=PATH)
    assert taken.data["supplierV2s"][0]["supplierCode"] == "S1"
    assert taken.warnings == ()


@pytest.mark.parametrize(
    "parts",
    [
        {"success": False},
        {"success": "true"},
        {"success": True, "errorSeverity": 2},
        {"success": True, "errors": [{"message": "Field is mandatory.", "fieldName": "currencyCode"}]},
        {},
    ],
)
def test_anything_else_is_refused_although_the_status_is_200(parts: dict[str, Any]) -> None:
    assert type(judged(result(**parts))) is Refused


def test_a_refusal_carries_the_words_of_qad_and_its_fields() -> None:
    errors = [{"message": "Field is mandatory.", "fieldName": "currencyCode"}, {"code": "JEF20260101"}, "plain", {}]
    error = judged(result(success=False, errors=errors))
    assert error.message == (
        "QAD connection acme refused api/erp/supplierV2s: Field is mandatory (currencyCode); JEF20260101; plain; "
        "no reason given."
    )


def test_a_refusal_without_words_says_so() -> None:
    assert judged(result(success=False)).message == "QAD connection acme refused api/erp/supplierV2s: no reason given."


def test_a_very_long_refusal_is_cut() -> None:
    assert len(judged(result(success=False, errors=["long " * 500])).message) < 400


def test_a_document_that_exists_is_told_apart() -> None:
    assert isinstance(judged(result(success=False, errors=[{"message": "Supplier S1 already exists"}])), AlreadyThere)


def test_warnings_of_a_taken_write_are_kept_once_each() -> None:
    body = result(success=True, warnings=[{"message": "Code is short"}]) | {
        "supplementaryMessages": ["Code is short", "Look"]
    }
    assert submitted(said(body), where=WHERE, path=PATH).warnings == ("Code is short", "Look")


def test_bare_errors_are_a_refusal_or_a_missing_permission() -> None:
    assert type(judged({"errors": ["Invalid URI"]})) is Refused
    assert isinstance(judged({"errors": ["User is not authorized for this resource"]}), PermissionMissing)
    assert isinstance(judged({"errors": "Access denied"}), PermissionMissing)
    assert type(judged(result(success=True) | {"errors": ["Half of it"]})) is Refused


def test_what_qad_says_of_the_document_is_never_a_missing_permission() -> None:
    errors = [{"message": "Account 1010 is not permitted in this daybook"}]
    for status in (200, 422):
        error = judged(result(success=False, errors=errors), status)
        assert type(error) is Refused
        assert error.evidence["of_the_document"] is True
    assert judged({"errors": ["Invalid URI"]}, 400).evidence["of_the_document"] is False


def test_an_answer_without_submit_result_is_taken() -> None:
    assert submitted(said({"data": {"a": 1}}), where=WHERE, path=PATH).data == {"a": 1}
    assert submitted(said({"data": None}, 201), where=WHERE, path=PATH).data == {}
    assert submitted(said([{"a": 1}], 201), where=WHERE, path=PATH).data == {"data": [{"a": 1}]}


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (401, CredentialsRefused, "does not accept the credentials for api/erp/supplierV2s"),
        (403, PermissionMissing, "does not permit this user to use api/erp/supplierV2s (403)"),
        (404, ConfigurationError, "has no api/erp/supplierV2s (404); check base_url with its context root"),
        (304, ConfigurationError, "sends api/erp/supplierV2s elsewhere (HTTP 304)"),
        (405, Refused, "refused api/erp/supplierV2s: HTTP 405."),
    ],
)
def test_each_status_has_its_sentence(status: int, kind: type[Exception], sentence: str) -> None:
    error = judged({}, status)
    assert isinstance(error, kind)
    assert sentence in error.message


def test_the_reasons_in_an_error_status_are_told() -> None:
    assert "Field is mandatory." in judged(result(errors=["Field is mandatory."]), 422).message
    assert "Invalid URI" in judged({"errors": ["Invalid URI"]}, 400).message


def test_a_write_answered_with_something_unreadable_may_have_happened() -> None:
    with pytest.raises(Unanswered):
        submitted(Answer(status=200, headers={}, text="<html>", writes=True), where=WHERE, path=PATH)


def test_a_read_returns_whatever_json_it_is() -> None:
    assert opened(said({"data": []}), where=WHERE, path=PATH) == {"data": []}
    assert opened(said({"errors": [], "data": 1}), where=WHERE, path=PATH)["data"] == 1
