from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox.faults import parse_rules
from sandbox.server import running
from sandbox.simulator import SandboxMistakeError
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

ENTRY = [{"domainCode": "10USA", "code": "A"}]


def post(qad: Any, timeout: float = HANG_SECONDS) -> requests.Response:
    """Write something that the sandbox counts."""
    url = f"{qad.base}/api/bdoc/acme/app/Thing"
    return requests.post(url, json=ENTRY, headers=qad.headers, timeout=timeout)


def written(qad: Any) -> int:
    return int(qad.state("documents")["business_documents"])


@pytest.mark.parametrize(("kind", "status"), [("401", 401), ("429", 429), ("503", 503)])
def test_a_refusing_fault_answers_its_status_and_nothing_happens(qad: Any, kind: str, status: int) -> None:
    qad.sandbox.set_faults({"kind": kind, "count": 1})
    assert post(qad).status_code == status
    assert written(qad) == 0
    assert post(qad).status_code == 201


def test_a_429_says_how_long_to_wait(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "429", "count": 1, "retry_after": 7}, {"kind": "429", "count": 1})
    assert post(qad).headers["Retry-After"] == "7"
    assert post(qad).headers["Retry-After"] == "1"


def test_a_rate_limit_lets_so_many_a_second_through_and_refuses_the_others() -> None:
    [rule] = parse_rules([{"kind": "429", "per_second": 3}])
    chance = Random(1)  # noqa: S311 - not for secrets
    moment = 0.0
    rule.clock = lambda: moment
    struck = {}
    for moment in (0.0, 0.1, 0.5, 0.9, 0.99, 1.0, 1.05, 1.1, 1.2, 1.5):
        struck[moment] = rule.strikes(method="GET", path="/", chance=chance)
    assert [at for at, hit in struck.items() if hit] == [0.9, 0.99, 1.05, 1.2]


def test_what_is_beyond_a_rate_limit_is_refused_and_nothing_happens(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "429", "per_second": 0, "match": {"method": "POST"}})
    assert post(qad).status_code == 429
    assert written(qad) == 0
    qad.sandbox.set_faults({"kind": "429", "per_second": 1000, "match": {"method": "POST"}})
    assert post(qad).status_code == 201


def test_a_503_says_how_long_to_wait_only_when_the_rule_does(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "503", "count": 1}, {"kind": "503", "count": 1, "retry_after": 3})
    assert "Retry-After" not in post(qad).headers
    assert post(qad).headers["Retry-After"] == "3"


def test_a_reset_before_is_a_tcp_reset_and_nothing_happens(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "reset-before", "count": 1})
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        post(qad)
    assert written(qad) == 0


def test_a_reset_after_is_a_tcp_reset_and_the_write_took_effect(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "reset-after", "count": 1})
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        post(qad)
    assert written(qad) == 1


def test_a_timeout_takes_effect_and_never_answers(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "timeout", "count": 1})
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, qad)
        until(lambda: written(qad) == 1, "what was not answered took effect")
        assert not wait([answer], timeout=0.3).done
        qad.sandbox.set_faults()
        with pytest.raises(requests.ConnectionError, match="reset by peer"):
            answer.result(HANG_SECONDS)
    assert written(qad) == 1


def test_a_timeout_ends_in_a_reset_for_whoever_waits_long_enough(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "timeout", "count": 1, "seconds": 0.1})
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        post(qad)
    assert written(qad) == 1


def test_a_slow_answer_arrives_late_and_whole(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "slow", "count": 1, "seconds": 10 * HANG_SECONDS})
    with pytest.raises(requests.ReadTimeout):
        post(qad, timeout=0.3)
    qad.sandbox.set_faults({"kind": "slow", "count": 1, "seconds": 0.01})
    assert post(qad).json() == ENTRY


def test_a_malformed_answer_is_half_a_body_then_a_page_of_html_and_the_write_took_effect(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "malformed", "count": 2})
    half, page = post(qad), post(qad)
    assert (half.status_code, page.status_code) == (200, 200)
    with pytest.raises(requests.JSONDecodeError):
        half.json()
    assert page.headers["Content-Type"] == "text/html"
    assert written(qad) == 2


def test_a_rule_hits_only_the_method_and_path_it_names(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "503", "match": {"method": "post", "path": "/other/"}})
    assert post(qad).status_code == 201
    qad.sandbox.set_faults({"kind": "503", "match": {"method": "GET", "path": "/bdoc/"}})
    assert post(qad).status_code == 201
    qad.sandbox.set_faults({"kind": "503", "match": {"method": "POST", "path": "/bdoc/"}})
    assert post(qad).status_code == 503


def test_signing_in_is_spared_unless_a_rule_names_it(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "503"})
    assert qad.token().status_code == 200
    qad.sandbox.set_faults({"kind": "503", "match": {"path": "oauth/token$"}})
    assert qad.token().status_code == 503


def test_a_rate_hits_about_its_share_and_the_same_seed_hits_the_same_requests(qad: Any) -> None:
    rule = {"kind": "503", "rate": 0.3}
    hits = []
    for _ in range(2):
        with running("qad", seed=5, documents=0, faults=[rule]) as server:
            url = f"{server.url}/clouderp/api/x"
            hits.append([requests.get(url, timeout=HANG_SECONDS).status_code for _ in range(100)])
    assert hits[0] == hits[1]
    assert 15 <= hits[0].count(503) <= 45


def test_the_state_counts_faults_by_kind_and_requests_without_its_own(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "503", "count": 2}, {"kind": "401", "count": 1})
    before = qad.state("requests")
    for _ in range(4):
        post(qad)
    assert qad.state("faults") == {"503": 2, "401": 1}
    assert qad.state("requests") == before + 4


def test_taking_the_rules_away_brings_fair_weather(qad: Any) -> None:
    qad.sandbox.set_faults({"kind": "503"})
    requests.delete(f"{qad.sandbox.url}/_sandbox/faults", timeout=HANG_SECONDS)
    assert post(qad).status_code == 201


def test_latency_delays_every_answer_but_the_control_api() -> None:
    with running("qad", documents=0, latency_ms=600_000) as server:
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{server.url}/clouderp/api/x", timeout=0.3)
        assert server.state("documents")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("no", "must be an object"),
        ({"kind": "tornado"}, "the kinds are 401, 429"),
        ({}, "has the kind ''"),
        ({"kind": "503", "colour": 1}, "unknown fields"),
        ({"kind": "503", "match": {"host": "x"}}, "match takes a method"),
        ({"kind": "503", "match": {"path": "("}}, "no regular expression"),
        ({"kind": "503", "count": -1}, "count must be a number of 0 or more"),
        ({"kind": "503", "seconds": "1"}, "seconds must be a number of 0 or more"),
        ({"kind": "503", "rate": 1.5}, "rate is a share between 0 and 1"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_with_a_sentence(reader: Any, rule: Any, says: str) -> None:
    with pytest.raises(SandboxMistakeError, match=says):
        reader.sandbox.set_faults(rule)


def test_rules_that_are_no_list_are_refused_with_a_sentence(sandbox: SandboxServer) -> None:
    answer = requests.post(f"{sandbox.url}/_sandbox/faults", json={"rules": {"kind": "503"}}, timeout=HANG_SECONDS)
    assert answer.status_code == 400
    assert "must be a list" in answer.json()["error"]
