"""Who may do what on every route there is. A route that a release adds must be named here first."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import requests
from flower.urls import handlers
from tornado.web import url as tornado_url

from connector import registry
from connector.embedded.programs import FLOWER_USER
from connector.inbound.app import build
from connector.inbound.metrics import Scraped
from connector.inbound.receiving import Inlet, NobodyError, Opened
from connector.metering.access import Access
from tests.security.conftest import FLOWER_PASSWORD
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tests.security.conftest import Running

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
#: what anybody may call; a webhook's or document's own content says who sent it, and SAP whether a company may connect.
#: Pages are in tests/console/web/test_who_may.py
CONSOLE = {
    "/webhooks/concur": {"POST"},
    "/receive/{connection}": {"POST"},
    "/connect/concur": {"GET"},
    "/connect/concur/connected/{word}": {"GET"},
    "/healthz": {"GET"},
    "/readyz": {"GET"},
}
#: where a deployment lets somebody scrape, and then only those
SCRAPED = {"/metrics": {"GET"}}
#: Flower: route -> (a path of it, methods that read). All of them ask for the password
READS = {
    "/": ("/", {"GET"}),
    "/workers": ("/workers", {"GET"}),
    "/worker/(.+)": ("/worker/x", {"GET"}),
    "/task/(.+)": ("/task/x", {"GET"}),
    "/tasks": ("/tasks", {"GET"}),
    "/tasks/datatable": ("/tasks/datatable?draw=1&start=0&length=1&order[0][column]=0", {"GET", "POST"}),
    "/broker": ("/broker", {"GET"}),
    "/api/workers": ("/api/workers", {"GET"}),
    "/api/tasks": ("/api/tasks", {"GET"}),
    "/api/task/types": ("/api/task/types", {"GET"}),
    "/api/queues/length": ("/api/queues/length", {"GET"}),
    "/api/task/info/(.*)": ("/api/task/info/x", {"GET"}),
    "/api/task/result/(.+)": ("/api/task/result/x", {"GET"}),
    "/metrics": ("/metrics", {"GET"}),
}
#: what Flower could do to workers and tasks, with POST; here nobody may
CHANGES = {
    "/api/worker/shutdown/(.+)",
    "/api/worker/pool/restart/(.+)",
    "/api/worker/pool/grow/(.+)",
    "/api/worker/pool/shrink/(.+)",
    "/api/worker/pool/autoscale/(.+)",
    "/api/worker/queue/add-consumer/(.+)",
    "/api/worker/queue/cancel-consumer/(.+)",
    "/api/task/apply/(.+)",
    "/api/task/async-apply/(.+)",
    "/api/task/send-task/(.+)",
    "/api/task/abort/(.+)",
    "/api/task/timeout/(.+)",
    "/api/task/rate-limit/(.+)",
    "/api/task/revoke/(.+)",
}
#: open to everybody, and telling nothing: is it alive, its style sheets, pages that only say "not found" or "goodbye"
OPEN = {
    "/healthcheck": ("/healthcheck", {"GET"}),
    "/static/(.*)": ("/static/css/flower.css", {"GET", "HEAD"}),
    "/login/?": ("/login", {"GET", "POST"}),
    "/logout": ("/logout", {"GET"}),
    ".*": ("/no/such/page", {"GET", "POST"}),
}
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}


def the_app() -> FastAPI:
    systems = {"senders": registry.senders(), "marketplaces": registry.marketplaces()}
    inlet = Inlet(opened=_nobody, read_soon=lambda *_: 0)
    scraped = Scraped(access=Access(how="token", token="0123456789abcdef"), text=lambda: b"")
    return build(keys=(), bring_forward=lambda *_: 0, ready=lambda: "", inlet=inlet, scraped=scraped, **systems)


def _nobody(name: str) -> Opened:
    raise NobodyError(name)


def routes_of(app: FastAPI) -> dict[str, set[str]]:
    return {getattr(route, "path", repr(route)): set(getattr(route, "methods", ())) for route in app.routes}


def pattern(handler: object) -> str:
    whole = handler.regex.pattern if isinstance(handler, tornado_url) else handler[0]  # type: ignore[index]
    return str(whole).removesuffix("$")


def test_every_route_of_the_console_is_named_here() -> None:
    assert routes_of(the_app()) == CONSOLE | SCRAPED


def test_a_route_that_is_not_named_here_would_be_noticed() -> None:
    app = the_app()
    app.get("/docs")(lambda: "")
    assert routes_of(app) != CONSOLE


def test_the_console_answers_on_these_routes_with_these_methods_and_describes_itself_to_nobody(
    receiver: Running,
) -> None:
    with requests.Session() as session:
        for route, allowed in CONSOLE.items():
            for method in METHODS:
                answer = session.request(method, receiver.url + route, timeout=HANG_SECONDS)
                assert (answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED) is (method in allowed), (method, route)
        for path in (
            "/docs",
            "/redoc",
            "/openapi.json",
            "/docs/oauth2-redirect",
            "/metrics",
            "/..%2fhealthz",
            "/healthz/",
        ):
            answer = session.get(receiver.url + path, timeout=HANG_SECONDS)
            assert answer.status_code == HTTPStatus.NOT_FOUND, path
        assert "server" not in answer.headers


def test_every_route_of_flower_is_named_here() -> None:
    assert {pattern(handler) for handler in handlers} == {*READS, *CHANGES, *OPEN}


def test_flower_shows_to_those_who_know_the_password_and_changes_for_nobody(watcher: Running) -> None:
    nothing: set[str] = set()
    asked = {**dict(READS.values()), **{route.replace("(.+)", "x"): nothing for route in CHANGES}}
    credentials = (None, (FLOWER_USER, "wrong"), ("", FLOWER_PASSWORD), (FLOWER_USER, FLOWER_PASSWORD))
    wrong: list[tuple[object, ...]] = []
    for person in credentials:
        knows = person == credentials[-1]
        with requests.Session() as session:
            session.auth, session.trust_env = person, False
            for path, reads in asked.items():
                for method in METHODS:
                    status = session.request(
                        method, watcher.url + path, timeout=HANG_SECONDS, allow_redirects=False
                    ).status_code
                    shown = status not in _REFUSED
                    if shown is not (knows and method in reads) or status == HTTPStatus.INTERNAL_SERVER_ERROR:
                        wrong.append((person, method, path, status))
    assert wrong == []


def test_what_flower_leaves_open_tells_nothing(watcher: Running) -> None:
    for path, methods in OPEN.values():
        for method in METHODS:
            answer = requests.request(method, watcher.url + path, timeout=HANG_SECONDS, allow_redirects=False)
            assert (answer.status_code not in _REFUSED) is (method in methods), (method, path)
            assert "ml_connector." not in answer.text, "a task's name"


def test_a_page_of_somebody_else_cannot_use_the_password_a_browser_remembers(watcher: Running) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = requests.post(
            f"{watcher.url}/tasks/datatable", auth=(FLOWER_USER, FLOWER_PASSWORD), headers=headers, timeout=HANG_SECONDS
        )
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "Access-Control-Allow-Origin" not in answer.headers
