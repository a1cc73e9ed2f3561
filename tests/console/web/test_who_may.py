"""Who may do what on every route of the console. A route that a release adds must be named here first."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from connector.domain.role import Role
from connector.operations.accounts import people

if TYPE_CHECKING:
    import requests

    from tests.console.web.conftest import Browser, Console

VIEWER, OPERATOR, ADMIN = Role
#: the least that somebody must be; None is anybody
WHO = {
    ("GET", "/sign-in"): None,
    ("POST", "/sign-in"): None,
    ("POST", "/sign-out"): VIEWER,
    ("GET", "/choose-password"): VIEWER,
    ("POST", "/choose-password"): VIEWER,
    ("GET", "/"): VIEWER,
    ("GET", "/work"): VIEWER,
    ("GET", "/work/missing-codes/{integration}/{table}/{code:path}"): VIEWER,
    ("POST", "/work/missing-codes/{integration}/{table}"): OPERATOR,
    ("GET", "/work/dead-letters/{integration}/{flow}/{code}"): VIEWER,
    ("POST", "/work/dead-letters/{integration}/{flow}/{code}/requeue"): OPERATOR,
    ("POST", "/work/dead-letters/{integration}/{flow}/{code}/discard"): OPERATOR,
    ("POST", "/work/dead-letters/{integration}/{flow}/{code}/settle"): OPERATOR,
    ("GET", "/codes"): VIEWER,
    ("GET", "/codes/{integration}/tables/{table}"): VIEWER,
    ("POST", "/codes/{integration}/tables/{table}/set"): OPERATOR,
    ("POST", "/codes/{integration}/tables/{table}/remove"): OPERATOR,
    ("POST", "/codes/{integration}/tables/{table}/uses"): OPERATOR,
    ("GET", "/codes/{integration}/import"): OPERATOR,
    ("POST", "/codes/{integration}/import"): OPERATOR,
    ("POST", "/codes/{integration}/import/confirm"): OPERATOR,
    ("GET", "/codes/{integration}/export"): VIEWER,
    ("GET", "/documents"): VIEWER,
    ("GET", "/documents.csv"): VIEWER,
    ("GET", "/documents.xlsx"): VIEWER,
    ("POST", "/documents/file"): VIEWER,
    ("GET", "/documents/{document}"): VIEWER,
    ("GET", "/documents/{document}/content"): OPERATOR,
    ("GET", "/documents/{document}/file/{kind}"): VIEWER,
    ("POST", "/documents/{document}/replay"): OPERATOR,
    ("POST", "/documents/{document}/requeue"): OPERATOR,
    ("POST", "/codes/{integration}/tables/{table}/ask"): OPERATOR,
    ("GET", "/messages"): VIEWER,
    ("GET", "/messages/{number}"): VIEWER,
    ("GET", "/messages/{number}/content"): OPERATOR,
    ("POST", "/messages/{number}/retry"): OPERATOR,
    ("POST", "/messages/{number}/discard"): OPERATOR,
    ("POST", "/messages/{number}/restore"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/reapply/look"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/reapply"): OPERATOR,
    ("POST", "/documents/{document}/discard"): OPERATOR,
    ("POST", "/documents/{document}/settle"): OPERATOR,
    ("GET", "/documents/{document}/correct"): OPERATOR,
    ("POST", "/documents/{document}/correct/try"): OPERATOR,
    ("POST", "/documents/{document}/correct"): OPERATOR,
    ("GET", "/flows"): VIEWER,
    ("GET", "/flows/{integration}/{flow}"): VIEWER,
    ("POST", "/flows/{integration}/{flow}/enable"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/disable"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/hold"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/run"): OPERATOR,
    ("GET", "/flows/{integration}/{flow}/schedule"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/schedule"): OPERATOR,
    ("GET", "/flows/{integration}/{flow}/options"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/options"): OPERATOR,
    ("GET", "/flows/{integration}/{flow}/rehearse"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/rehearse"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/dry-run"): OPERATOR,
    ("GET", "/runs/{run}"): VIEWER,
    ("POST", "/runs/{run}/cancel"): OPERATOR,
    ("GET", "/integrations/add/{kind}"): ADMIN,
    ("POST", "/integrations/add/{kind}"): ADMIN,
    ("GET", "/integrations/{integration}"): VIEWER,
    ("POST", "/integrations/{integration}/remove"): ADMIN,
    ("GET", "/connections"): VIEWER,
    ("GET", "/connections/{connection}"): VIEWER,
    ("POST", "/connections/{connection}/ping"): OPERATOR,
    ("POST", "/connections/{connection}/stop"): OPERATOR,
    ("POST", "/connections/{connection}/resume"): OPERATOR,
    ("POST", "/connections/{connection}/accept"): ADMIN,
    ("POST", "/connections/{connection}/remove"): ADMIN,
    ("GET", "/connections/{connection}/change"): ADMIN,
    ("POST", "/connections/{connection}/change"): ADMIN,
    ("GET", "/connections/connect/{system}"): ADMIN,
    ("POST", "/connections/connect/{system}"): ADMIN,
    ("GET", "/connections/add/{system}"): ADMIN,
    ("POST", "/connections/add/{system}"): ADMIN,
    ("GET", "/reconciliation"): VIEWER,
    ("GET", "/reconciliation.csv"): VIEWER,
    ("GET", "/reconciliation.xlsx"): VIEWER,
    ("GET", "/reconciliation/{integration}/{flow}"): VIEWER,
    ("GET", "/reconciliation/{integration}/{flow}/documents"): VIEWER,
    ("POST", "/reconciliation/count"): OPERATOR,
    ("POST", "/reconciliation/file"): VIEWER,
    ("GET", "/jobs/{job}/file"): VIEWER,
    ("POST", "/reconciliation/{integration}/compare"): OPERATOR,
    ("POST", "/reconciliation/{integration}/sign-off"): OPERATOR,
    ("POST", "/reconciliation/{integration}/{flow}/compare"): OPERATOR,
    ("POST", "/reconciliation/{integration}/{flow}/sign-off"): OPERATOR,
    ("POST", "/reconciliation/{integration}/{flow}/withdraw"): OPERATOR,
    ("POST", "/reconciliation/{integration}/{flow}/changes"): OPERATOR,
    ("GET", "/audit"): VIEWER,
    ("GET", "/audit.csv"): VIEWER,
    ("GET", "/audit.json"): VIEWER,
    ("GET", "/audit/document/{record}"): VIEWER,
    ("GET", "/audit/seals"): VIEWER,
    ("POST", "/audit/seals/verify"): OPERATOR,
    ("GET", "/jobs"): VIEWER,
    ("GET", "/jobs/{job}"): VIEWER,
    ("POST", "/jobs/{job}/stop"): VIEWER,
    ("GET", "/account"): VIEWER,
    ("POST", "/account/sessions/end"): VIEWER,
    ("POST", "/account/tokens"): VIEWER,
    ("POST", "/account/tokens/revoke"): VIEWER,
    ("GET", "/settings"): ADMIN,
    ("POST", "/settings/operators"): ADMIN,
    ("POST", "/settings/operators/role"): ADMIN,
    ("POST", "/settings/operators/reset"): ADMIN,
    ("POST", "/settings/operators/sign-out"): ADMIN,
    ("POST", "/settings/operators/revoke"): ADMIN,
    ("POST", "/settings/tokens/revoke"): ADMIN,
    ("POST", "/settings/sessions/end"): ADMIN,
    ("GET", "/settings/alerts"): VIEWER,
    ("GET", "/settings/alerts/told"): VIEWER,
    ("GET", "/settings/alerts/rules/{rule}"): VIEWER,
    ("POST", "/settings/alerts/rules/{rule}"): ADMIN,
    ("POST", "/settings/alerts/rules/{rule}/reset"): ADMIN,
    ("GET", "/settings/alerts/add"): ADMIN,
    ("POST", "/settings/alerts/add"): ADMIN,
    ("GET", "/settings/alerts/channels/{channel}"): VIEWER,
    ("POST", "/settings/alerts/channels/{channel}/change"): ADMIN,
    ("POST", "/settings/alerts/channels/{channel}/test"): OPERATOR,
    ("POST", "/settings/alerts/channels/{channel}/remove"): ADMIN,
    ("GET", "/settings/system"): VIEWER,
}
CHOOSING = {("POST", "/sign-out"), ("GET", "/choose-password"), ("POST", "/choose-password")}
#: it ends what the others of a browser's requests need
LAST = ("POST", "/sign-out")
CHANGES = sorted(path for method, path in WHO if method == "POST")


class Nowhere(dict[str, str]):
    """What is in no ledger, under the name of each part of an address."""

    def __missing__(self, name: str) -> str:
        return f"no-such-{name}"


def place(path: str) -> str:
    return path.replace(":path", "").format_map(Nowhere(integration="acme"))


def asked(browser: Browser, method: str, path: str, proof: str) -> requests.Response:
    answer: requests.Response = browser.get(place(path)) if method == "GET" else browser.post(place(path), proof=proof)
    return answer


def led_away(answer: requests.Response) -> bool:
    onward = answer.headers.get("Location", "")
    return onward.startswith("/sign-in") or onward == "/choose-password"


def test_every_route_is_named_here(console: Console) -> None:
    assert {(route.method, route.path): route.role for route in console.desk.routes} == WHO


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_may_what_it_may_and_nothing_else(console: Console, role: Role | None) -> None:
    browser = console.browser() if role is None else console.member(role)
    proof, wrong = browser.proof(), []
    for (method, path), least in sorted(WHO.items(), key=lambda one: one[0] == LAST):
        answer = asked(browser, method, path, proof)
        may = least is None or (role is not None and role.may(least))
        kept_out = answer.status_code == HTTPStatus.FORBIDDEN or (
            led_away(answer) and (role is None or (method, path) != LAST)
        )
        if kept_out is may or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wrong.append((method, path, answer.status_code, answer.headers.get("Location")))
    assert wrong == []
    if role is not None:
        assert browser.get("/").headers["Location"] == "/sign-in", "it is signed out"


def test_whoever_has_to_choose_a_password_first_does_nothing_else(console: Console) -> None:
    once = people.add(console.operator, "newcomer", ADMIN).once
    browser = console.browser()
    assert browser.sign_in("newcomer", once).headers["Location"] == "/choose-password"
    proof = browser.proof("/choose-password")
    for (method, path), least in WHO.items():
        if (method, path) not in CHOOSING and least is not None:
            answer = asked(browser, method, path, proof)
            assert answer.headers.get("Location") == "/choose-password", (method, path)


@pytest.mark.parametrize(
    "how",
    [
        {"proof": ""},
        {"proof": "0" * 64},
        {"headers": {"Origin": "https://evil.example"}},
        {"headers": {"Origin": "null"}},
        {"headers": {"Origin": "http://["}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Sec-Fetch-Site": "same-site"}},
    ],
    ids=str,
)
def test_a_form_that_no_page_of_ours_sent_changes_nothing(console: Console, how: dict[str, object]) -> None:
    browser = console.member(ADMIN)
    given = {"proof": browser.proof(), **how}
    for path in CHANGES:
        answer = browser.post(place(path), **given, name="mallory", role="admin", why="x")
        assert answer.status_code == HTTPStatus.FORBIDDEN, path
    assert "mallory" not in {one.name for one in people.list_(console.operator)}
    assert browser.get("/").status_code == HTTPStatus.OK, "it is still signed in"


def test_the_proof_of_one_browser_is_none_for_another(console: Console) -> None:
    one, other = console.member(ADMIN), console.member(ADMIN)
    assert one.post("/settings/operators", proof=other.proof(), name="mallory", role="admin").status_code == 403


def test_whoever_is_revoked_or_less_from_now_on_is_so_at_once(console: Console) -> None:
    browser = console.member(ADMIN, name="demoted")
    assert browser.get("/settings").status_code == HTTPStatus.OK
    console.member(ADMIN)
    people.change_role(console.operator, "demoted", VIEWER, "moved")
    assert browser.get("/settings").status_code == HTTPStatus.FORBIDDEN
    assert 'href="/settings"' not in browser.get("/").text
    people.revoke(console.operator, "demoted", "left")
    assert browser.get("/").headers["Location"] == "/sign-in"
