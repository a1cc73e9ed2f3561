from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

PATH = "/ja/v1/companyprofiles"


def test_a_company_is_created_and_answered_with_everything_as_strings(client: Client) -> None:
    answer = client.company(isoCountry="US", currency="USD", bizEmail="ap@acme.example")
    assert answer["returnCode"] == "0"
    assert answer["returnMessage"] == "OK"
    found = client.get(PATH, flt="extCode==V1001")
    assert (found["returnCode"], found["totRecords"], found["startAt"]) == ("0", 1, 1)
    info = found["returnCompanyData"][0]["returnCompanyInfo"]
    assert info["bravoId"] == answer["bravoId"]
    assert (info["companyName"], info["isoCountry"], info["status"]) == ("Company V1001", "US", "ACTIVE")
    assert len(info["lastModTime"]) == 14


def test_create_update_changes_what_is_there_and_keeps_the_rest(client: Client) -> None:
    first = client.company(city="Springfield")
    second = client.company(companyName="Acme II")
    assert first["bravoId"] == second["bravoId"]
    held = client.holds("companies")["V1001"]
    assert (held["companyName"], held["city"]) == ("Acme II", "Springfield")
    assert [write["outcome"] for write in client.server.state("writes")["writes"]] == ["created", "updated"]


def test_create_and_update_insist_on_what_they_say(client: Client) -> None:
    assert "does not exist" in client.company(operation="UPDATE")["returnMessage"]
    assert client.company(operation="CREATE")["returnCode"] == "0"
    twice = client.company(operation="CREATE")
    assert (twice["returnCode"], "already exists" in twice["returnMessage"]) == ("2", True)
    assert client.company(operation="UPDATE", companyName=None, type=None, city="Oslo")["returnCode"] == "0"


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"companyName": None}, "companyName is missing"),
        ({"companyName": "  "}, "companyName is missing"),
        ({"extCode": None}, "extCode is missing"),
        ({"type": None}, "type is missing"),
        ({"type": "FRIEND"}, "neither SELLER nor BUYER"),
        ({"isoCountry": "XX"}, "XX is not a known ISO country"),
        ({"currency": "dollars"}, "not an ISO currency code"),
        ({"bizEmail": "nobody"}, "not an e-mail address"),
        ({"colour": "red"}, 'Unrecognized field "colour"'),
        ({"city": 7}, "city must be a string, not a number"),
    ],
)
def test_a_company_that_will_not_do_is_refused_with_words(strict: Client, info: Json, words: str) -> None:
    answer = strict.company(**info)
    assert answer["returnCode"] == "2"
    assert words in answer["returnMessage"]
    assert strict.holds("companies") == {}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            {"company": {"operationCode": "DELETE", "sendEMail": "false", "companyInfo": {"extCode": "V"}}},
            "operationCode DELETE",
        ),
        (
            {"company": {"operationCode": "CREATE", "sendEMail": False, "companyInfo": {"extCode": "V"}}},
            '"true" or "false" as a string',
        ),
        ({"company": {"operationCode": "CREATE", "sendEMail": "false"}}, "companyInfo is missing"),
        ({"company": None}, "null"),
        ({"firm": {}}, 'Unrecognized field "firm"'),
        ({"company": []}, "must be an object, not a list"),
    ],
)
def test_a_message_of_another_shape_is_refused_with_words(strict: Client, message: Json, words: str) -> None:
    assert words in strict.post(PATH, message)["returnMessage"]


@pytest.mark.parametrize("body", ["", "{", "[]", "NaN", '{"a": 1e9999999999999999999}'])
def test_a_body_that_is_no_json_object_is_a_bad_request(strict: Client, body: Json) -> None:
    answer = strict.send(PATH, body)
    assert (answer.status_code, answer.json()["returnCode"]) == (400, "2")


def test_companies_are_listed_in_pages_from_one_until_all_are_read(client: Client) -> None:
    client.server.set_options(page_size=2)
    for number in range(5):
        client.company(f"V{number}", type="BUYER" if number == 3 else "SELLER")
    pages = [client.get(PATH, start=start, flt="TYPE==SELLER") for start in (1, 3, 5)]
    assert [page["returnedRecords"] for page in pages] == [2, 2, 0]
    assert {page["totRecords"] for page in pages} == {4}
    assert pages[2]["returnCompanyData"] == []
    assert "returnSubUser" in client.get(PATH, comp="USER;SSO_CODE")["returnCompanyData"][0]


@pytest.mark.parametrize("query", [{"start": "0"}, {"start": "x"}, {"flt": "name~~x"}, {"flt": "shoe==9"}])
def test_a_position_or_a_filter_that_makes_no_sense_is_refused_on_http_200(strict: Client, query: Json) -> None:
    assert strict.get(PATH, **query)["returnCode"] == "2"


def test_companies_are_found_by_when_they_changed(client: Client) -> None:
    client.company()
    assert client.get(PATH, flt="LASTMODTIME>=20200101")["totRecords"] == 1
    assert client.get(PATH, flt="LASTMODTIME>=29990101")["totRecords"] == 0
