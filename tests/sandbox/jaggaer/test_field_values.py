from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

PATH = "/ji/v1/customfieldvalues"


def send(client: Client, *rows: Json) -> Json:
    return client.post(PATH, {"customFieldValueList": {"customFieldValue": list(rows)}})


def test_a_value_is_created_then_changed_and_found_by_its_field_and_value(client: Client) -> None:
    assert client.account("4000") == {"returnCode": 0, "returnMessage": ""}
    client.account("4000", active="false")
    found = client.get(PATH, flt="internalName==Account;value==4000")
    assert found["customFieldValueList"]["customFieldValue"] == [
        {"internalName": "Account", "value": "4000", "active": "false", "description": "Account 4000"}
    ]
    assert client.get(PATH, flt="value==4001")["customFieldValueList"] == {}
    assert [write["outcome"] for write in client.server.state("writes")["writes"]] == ["created", "updated"]
    assert client.holds("account_values")["4000"] == {
        "internalName": "Account",
        "description": "Account 4000",
        "active": False,
    }


def test_the_tenant_names_its_fields_and_values_of_other_fields_carry_the_name(client: Client) -> None:
    client.server.set_options(accounting_fields=["GLCode", "Dept"])
    assert "no custom field with internalName Account" in client.account("4000")["returnMessage"]
    client.account("4000", name="GLCode")
    client.account("12", name="Dept")
    assert set(client.holds("account_values")) == {"4000", "Dept|12"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"internalName": "Account", "active": "true"}, "value is missing"),
        ({"internalName": "Account", "value": "1", "active": True}, 'must be "true" or "false" as a string'),
        ({"internalName": "Account", "value": 1, "active": "true"}, "must be a string, not a number"),
        ({"internalName": "Account", "value": "1", "active": "true", "description": None}, "is null"),
        ({"internalName": "Account", "value": "\ud800", "active": "true"}, "characters that are no text"),
    ],
)
def test_one_bad_value_refuses_the_whole_message(strict: Client, row: Json, words: str) -> None:
    answer = send(strict, {"internalName": "Account", "value": "9", "active": "true"}, row)
    assert answer["returnCode"] == 2
    assert words in answer["returnMessage"]
    assert strict.holds("account_values") == {}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"customFieldValueList": {}}, "no customFieldValue"),
        ({"customFieldValueList": {"customFieldValue": {}}}, "must be a list, not an object"),
        ({"customFieldValueList": {"customFieldValue": ["x"]}}, "must be an object, not a string"),
        ({"customFieldValueList": []}, "must be an object, not a list"),
        ({}, "no customFieldValue"),
    ],
)
def test_a_list_that_is_not_wrapped_as_lists_are_is_refused(strict: Client, body: Json, words: str) -> None:
    assert words in strict.post(PATH, body)["returnMessage"]


def test_a_body_that_is_no_json_is_a_bad_request_and_a_bad_filter_a_refusal(strict: Client) -> None:
    answer = strict.send(PATH, "{")
    assert (answer.status_code, answer.json()["returnCode"]) == (400, 2)
    assert strict.get(PATH, flt="colour==red")["returnCode"] == 2
