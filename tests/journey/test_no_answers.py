"""HTTP 200 and a body that is not the target's own: to every question of every target, and that is no answer."""

from __future__ import annotations

import contextlib
from itertools import count, cycle
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.exchange import Query, Verdict
from tests.journey.stock import CASES, IN_ORDER, TELLING, Case
from tests.journey.works import CONNECTIONS, WRITES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.ports import OpenConnection
    from sandbox.server import SandboxServer
    from tests.journey.stock import Stock
    from tests.journey.works import Works

_Asked = TypeVar("_Asked")
BODIES = {
    "object": "{}",
    "list": "[]",
    "errors": '{"errors": [{"message": "Service temporarily unavailable"}]}',
    "message": '{"message": "temporarily unavailable"}',
    "page": "<html><body>Down for maintenance</body></html>",
    "empty": "",
    "count": '{"totRecords": 0}',
    "null": "null",
    "truncated": '{"data": [{"returnCode": 0, "cont',
    "text": '"temporarily unavailable"',
}
#: no JSON: each system notices that in one place, before anything looks at what is asked
NO_JSON = ("page", "truncated")
EACH_BODY = pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
READ = sorted({(registry.flow(name).source.system, registry.flow(name).source.entity) for name in IN_ORDER})


def with_each_body(asked: Mapping[_Asked, str]) -> list[Any]:
    """What is asked, by its system, with every body; where the body is no JSON, one of them for each system."""
    of_systems = {system: one for one, system in asked.items()}.values()
    return [
        pytest.param(one, body, id=f"{'-'.join(one) if isinstance(one, tuple) else one}-{name}")
        for name, body in BODIES.items()
        for one in (of_systems if name in NO_JSON else asked)
    ]


EACH_CASE = pytest.mark.parametrize(
    ("case", "body"), with_each_body({case: registry.flow(case.flow).target.system for case in CASES})
)


def opened(works: Works, system: str) -> OpenConnection:
    """A connection that remembers nothing of earlier answers but its token."""
    return works.application.open_connection(CONNECTIONS[system])


def struck(sandbox: SandboxServer) -> int:
    """How many requests were answered like this."""
    return int(sandbox.state("faults")["faults"].get("says", 0))


def unanswered(works: Works, sandbox: SandboxServer, body: str, ask: Callable[[], object]) -> int:
    """Ask with the first request answered like this, then with the second ...; returns how many requests it takes."""
    for number in count():
        before = struck(sandbox)
        with works.weather(sandbox, "says", "GET", skip=number, body=body):
            try:
                ask()
            except ConnectorError:
                continue
        assert struck(sandbox) == before, f"request {number + 1} was answered"
        return number
    raise AssertionError


@EACH_CASE
def test_no_question_about_a_document_is_answered_by_it(stock: Stock, case: Case, body: str) -> None:
    works, flow, document = stock.works, registry.flow(case.flow), stock.examples[case]
    sandbox, system = works.target_of(case.flow), flow.target.system
    questions = unanswered(
        works, sandbox, body, lambda: registry.system(system).target(opened(works, system)).find(document)
    )
    assert questions or document.entity == "payment_confirmations", "which cannot be asked"


@EACH_CASE
def test_no_write_is_done_by_it(stock: Stock, case: Case, body: str) -> None:
    works, system, document = stock.works, registry.flow(case.flow).target.system, stock.examples[case]
    target, sandbox = registry.system(system).target(opened(works, system)), works.target_of(case.flow)
    before = struck(sandbox)
    with works.weather(sandbox, "says", *WRITES, body=body), pytest.raises(ConnectorError):
        target.write(document)
    assert struck(sandbox) > before


@pytest.mark.parametrize(("listed", "body"), with_each_body({one: one[0] for one in READ}))
def test_no_list_is_read_from_it(stock: Stock, listed: tuple[str, str], body: str) -> None:
    works, (system, entity) = stock.works, listed

    def read() -> None:
        for page in registry.system(system).source(opened(works, system)).pages(Query(entity=entity)):
            assert page

    assert unanswered(works, works.sandboxes[system], body, read)


@EACH_BODY
@pytest.mark.parametrize("flow", TELLING)
def test_nothing_is_withdrawn_by_it(stock: Stock, flow: str, body: str) -> None:
    works, entity = stock.works, registry.flow(flow).source.entity
    payload = works.source_payload(stock.to_tell[flow][0])
    system = registry.flow(flow).source.system

    def ask() -> None:
        source = registry.system(system).source(opened(works, system))
        assert source.withdrawn(entity, payload) == ""  # type: ignore[attr-defined]

    assert unanswered(works, works.sandboxes[system], body, ask) == 1


@EACH_BODY
@pytest.mark.parametrize("system", CONNECTIONS)
def test_ping_finds_nothing_in_it(stock: Stock, system: str, body: str) -> None:
    works, sandbox = stock.works, stock.works.sandboxes[system]
    with works.weather(sandbox, "says", body=body), contextlib.suppress(ConnectorError):
        checks = registry.system(system).ping(opened(works, system)).checks
        assert [check for check in checks if check.verdict is Verdict.FOUND] == []


@pytest.mark.parametrize("system", CONNECTIONS)
def test_ping_is_not_content_when_one_of_its_questions_is_answered_by_it(stock: Stock, system: str) -> None:
    works, sandbox = stock.works, stock.works.sandboxes[system]
    for number, body in enumerate(cycle(BODIES.values())):
        before = struck(sandbox)
        with works.weather(sandbox, "says", "GET", skip=number, count=1, body=body):
            try:
                report = registry.system(system).ping(opened(works, system))
            except ConnectorError:
                continue
        if struck(sandbox) == before:
            assert report.ok
            return
        # the first of QAD's only shows that it can be reached: what it asks is asked again
        assert not report.ok or (system, number) == ("qad", 0), f"request {number + 1} was answered by {body}"
