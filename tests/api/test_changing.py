"""What programs change: the same as people do, in the name of their operator, and once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from connector.domain.role import Role
from connector.inbound.bodies import ROOM
from connector.inbound.bounds import MOST_HELD
from connector.operations.accounts import idempotency, tokens
from connector.operations.setup import connections, crosswalks, flows
from connector.operations.work import audit, records
from connector.store.operator.crosswalks import Chosen
from tests.api.conftest import INVOICES, JAGGAER, Program
from tests.waiting import until

if TYPE_CHECKING:
    import requests

    from tests.api.conftest import House

FLOW = f"/flows/{INVOICES}"


def key() -> str:
    return str(uuid4())


def last_event(house: House, subject: str) -> Any:
    return audit.history(house.operator, subject)[-1]


def ended(program: Program, answer: requests.Response) -> Any:
    """The result of the job that an answer began."""
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    place = answer.headers["Location"].removeprefix("/api/v1")
    found: list[Any] = []

    def over() -> bool:
        found.append(program.read(place))
        return found[-1]["status"] not in {"running", "stopping"}

    until(over, "the job has ended")
    return found[-1]


def test_a_flow_is_switched_scheduled_held_and_run_in_the_name_of_its_operator(house: House) -> None:
    program = house.program(Role.OPERATOR)
    assert program.post(f"{FLOW}/enable", {"why": "we begin"}).json()["enabled"] is True
    event = last_event(house, f"flow:{INVOICES}")
    assert event.detail["why"] == "we begin"
    assert event.actor.startswith("operator:some-operator (API, token t-")
    changed = program.post(f"{FLOW}/schedule", {"schedule": "0 6 * * 1-5", "timezone": "Europe/Berlin"}, method="PUT")
    assert (changed.json()["schedule"], changed.json()["timezone"]) == ("0 6 * * 1-5", "Europe/Berlin")
    started = program.post(f"{FLOW}/runs", {"limit": 5})
    assert started.status_code == HTTPStatus.CREATED
    assert program.read(started.headers["Location"].removeprefix("/api/v1"))["run"]["row_limit"] == 5
    assert program.post(f"{FLOW}/runs", {"limit": 5}).json()["again"] is True
    held = program.post(f"{FLOW}/hold", {"why": "the target is upgraded"}).json()
    assert "the target is upgraded" in held["held_why"]
    refused = program.post(f"{FLOW}/runs", {})
    assert refused.status_code == HTTPStatus.CONFLICT
    assert refused.json()["type"] == "urn:ml-connector:problem:cannot-be-done"
    program.post(f"{FLOW}/enable", {})
    assert flows.get(house.operator, INVOICES).held_why == ""


def test_options_are_those_that_were_sent(house: House) -> None:
    program = house.program(Role.OPERATOR)
    name, value = next(iter(program.read(FLOW)["all_options"].items()))
    assert program.post(f"{FLOW}/options", {"options": {"no": 1}, "why": "x"}, method="PUT").status_code == 404
    changed = program.post(f"{FLOW}/options", {"options": {name: value}, "why": "as agreed"}, method="PUT").json()
    assert changed["options"] == {name: value}
    back = {"options": {}, "why": "back", "seen": changed["seen"]}
    assert program.post(f"{FLOW}/options", back, method="PUT").json()["options"] == {}
    assert program.post(f"{FLOW}/options", back, method="PUT").status_code == HTTPStatus.CONFLICT


def test_secrets_of_a_connection_go_in_and_never_come_out(house: House) -> None:
    program, name = house.program(Role.ADMIN), f"j1-{key()[:8]}"
    asked = {"name": name, "system": "jaggaer", "config": {**JAGGAER, "client_secret": "canary-one"}}
    added = program.post("/connections", asked)
    assert added.status_code == HTTPStatus.CREATED, added.text
    fresh = {"config": {"client_secret": "canary-two"}}
    rotated = program.post(f"/connections/{name}/credentials", fresh, method="PUT")
    assert rotated.status_code == HTTPStatus.OK, rotated.text
    events = program.get("/audit/history", subject=f"connection:{name}")
    for answer in (added, rotated, program.get("/connections"), program.get(f"/connections/{name}"), events):
        assert "canary" not in answer.text
    with house.operator.transaction() as tx:
        assert connections.unseal(tx, connections.get(house.operator, name).id) == {"client_secret": "canary-two"}
    assert program.ask("DELETE", f"/connections/{name}").json()["removed"] == name
    assert program.get(f"/connections/{name}").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "moved", [{"base_url": "https://elsewhere.example"}, {"proxy": "http://elsewhere.example:3128"}]
)
def test_a_secret_is_not_sent_to_another_place_by_somebody_who_does_not_know_it(
    house: House, moved: dict[str, str]
) -> None:
    program, name = house.program(Role.ADMIN), f"j1-{key()[:8]}"
    config = {**JAGGAER, "client_secret": "canary-one"}
    program.post("/connections", {"name": name, "system": "jaggaer", "config": config})
    place = f"/connections/{name}/credentials"
    refused = program.post(place, {"config": moved}, method="PUT")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "client_secret is missing: with another " in refused.json()["detail"]
    assert not moved.items() & connections.get(house.operator, name).config.items()
    known = program.post(place, {"config": {**moved, "client_secret": "canary-one"}}, method="PUT")
    assert known.status_code == HTTPStatus.OK, known.text


@pytest.mark.parametrize("reference", ["env:PATH", "file:/etc/hostname"])
@pytest.mark.parametrize("field", ["client_secret", "base_url"])
def test_nothing_is_read_from_our_machine_for_what_is_sent(house: House, reference: str, field: str) -> None:
    config = {**JAGGAER, "client_secret": "canary", field: reference}
    answer = house.program(Role.ADMIN).post("/connections", {"name": "lured", "system": "jaggaer", "config": config})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "nothing is read from the machine of the console" in answer.json()["detail"]


def test_a_file_refers_to_what_was_sent_and_to_nothing_of_our_machine(house: House) -> None:
    program = house.program(Role.ADMIN)
    text = json.dumps({"connections": {"by-file": {"system": "jaggaer", **JAGGAER, "client_secret": "env:PATH"}}})
    for secrets in ({}, {"env:HOME": "canary"}, {"env:PATH": ""}):
        refused = program.post("/setup", {"text": text, "secrets": secrets})
        assert refused.status_code == HTTPStatus.CONFLICT
        assert "client_secret is env:PATH, and no value was sent for that." in refused.json()["detail"]
    [applied] = program.post("/setup", {"text": text, "secrets": {"env:PATH": "canary-filed"}}).json()["items"]
    assert (applied["name"], applied["verdict"]) == ("by-file", "created")
    with house.operator.transaction() as tx:
        assert connections.unseal(tx, connections.get(house.operator, "by-file").id) == {
            "client_secret": "canary-filed"
        }
    assert program.read("/setup")["connections"]["by-file"]["client_secret"] == "env:BY_FILE_CLIENT_SECRET"
    program.ask("DELETE", "/connections/by-file")


def test_what_somebody_else_set_since_it_was_looked_at_is_not_overwritten(house: House) -> None:
    anna, ben = house.program(Role.ADMIN), house.program(Role.ADMIN)
    secret = {"url": "https://127.0.0.1:9/canary"}
    added = anna.post("/alert-channels", {"name": "ops", "kind": "slack", "config": secret})
    assert (added.status_code, "canary" in added.text) == (HTTPStatus.CREATED, False)
    ways: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("/alert-rules/dead.letters", {"threshold": 3}, {"threshold": 7}),
        ("/alert-channels/ops", {"config": {"rules": ["dead.letters"]}}, {"config": {"rules": ["disk.low"]}}),
    ]
    for place, first, second in ways:
        looked = anna.read(place)["seen"]
        assert anna.post(place, first, method="PUT").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert ben.post(place, {**first, "seen": looked}, method="PUT").status_code == HTTPStatus.OK
        late = anna.post(place, {**second, "seen": looked}, method="PUT")
        assert (late.status_code, "meanwhile" in late.json()["detail"]) == (HTTPStatus.CONFLICT, True)
        assert anna.post(place, {**second, "seen": anna.read(place)["seen"]}, method="PUT").ok
    rule = anna.read("/alert-rules/dead.letters")
    assert [one["threshold"] for one in rule["settings"]] == [7]
    reset = anna.post("/alert-rules/dead.letters/reset", {"seen": rule["seen"]})
    assert reset.json() == {"reset": True}
    assert anna.read("/alert-channels/ops")["hearing"]["rules"] == ["disk.low"]
    assert anna.ask("DELETE", "/alert-channels/ops").ok


def test_a_connection_is_pinged_stopped_and_resumed(house: House) -> None:
    program = house.program(Role.OPERATOR)
    pinged = ended(program, program.post("/connections/acme-qad/ping"))
    assert pinged["status"] == "done"
    assert pinged["result"]["ok"] is False
    assert pinged["result"]["problem"]
    stopped = program.post("/connections/acme-qad/stop", {"why": "it is moved"}).json()
    assert stopped["status"] == "stopped"
    assert stopped["stopped_by"].startswith("some-operator (API")
    assert program.post("/connections/acme-qad/resume").json() == {"released": 0}


def test_codes_are_set_and_removed_all_or_none(house: House) -> None:
    program, place = house.program(Role.OPERATOR), "/integrations/acme/codes"
    rows = [{"table": "payment_terms", "source": f"N{number}", "target": f"NET{number}"} for number in (30, 60)]
    wrong = [*rows, {"table": "no_such_table", "source": "a", "target": "b"}]
    assert program.post(place, {"codes": wrong}, method="PUT").status_code != HTTPStatus.OK
    assert program.read(place)["items"] == []
    assert program.post(place, {"codes": rows}, method="PUT").json()["created"] == 2
    assert program.read(place, limit=1)["items"] == rows[:1]
    gone = program.post(f"{place}/remove", {"table": "payment_terms", "source": "N30"})
    assert gone.json() == rows[0]
    left = crosswalks.list_(house.operator, "acme", Chosen()).rows
    assert [(one.source, one.target) for one in left] == [("N60", "NET60")]


def test_dead_letters_are_requeued_by_id_and_discarded_with_a_reason(house: House) -> None:
    program, record = house.program(Role.OPERATOR), str(house.records["2000020"])
    (letter,) = program.read("/dead-letters", search="2000020")["items"]
    unsaid = program.post(f"/dead-letters/{letter['id']}/settle", {"not_there": True})
    assert unsaid.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, "of which attempt is said"
    asked = program.post(f"/dead-letters/{letter['id']}/settle", {"not_there": True, "attempt": 1})
    assert (asked.status_code, letter["attempt"]) == (HTTPStatus.CONFLICT, None), "nothing of it is in doubt"
    unseen = program.post(f"/dead-letters/{record}/discard", {"why": "entered by hand"})
    assert (unseen.status_code, letter["id"] in unseen.json()["detail"]) == (HTTPStatus.CONFLICT, True)
    done = ended(program, program.post("/requeues", {"ids": [letter["id"]], "why": "the unit is known"}))
    assert done["result"] == {"meant": 1, "requeued": 1, "refused": []}
    assert records.get(house.operator, house.records["2000020"]).record.state == "extracted"
    event = last_event(house, record)
    assert event.actor.startswith("operator:some-operator (API")
    assert event.detail["why"] == "the unit is known"
    again = program.post(f"/dead-letters/{letter['id']}/discard", {"why": "entered by hand"})
    assert again.status_code == HTTPStatus.CONFLICT, "it is resolved"
    for body in ({}, {"all": True, "flow": INVOICES}, {"ids": [letter["id"]], "all": True}):
        assert program.post("/requeues", body).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_record_is_replayed(house: House) -> None:
    program = house.program(Role.OPERATOR)
    answer = program.post(f"/records/{house.records['2000010']}/replay", {"why": "it was reversed there"})
    assert answer.json()["state"] == "extracted", answer.text
    assert last_event(house, str(house.records["2000010"])).detail["why"] == "it was reversed there"
    assert program.post(f"/records/{house.records['2000010']}/replay").status_code == HTTPStatus.CONFLICT


def test_a_period_is_reconciled_and_the_trail_verified_by_jobs(house: House) -> None:
    program = house.program(Role.OPERATOR)
    found = ended(program, program.post("/reconciliations", {"of": INVOICES, "period": "2026"}))
    assert found["status"] == "done", found
    assert [one["flow"] for one in found["result"]["flows"]] == [INVOICES]
    verified = ended(program, program.post("/audit/verifications", {}))
    assert verified["result"]["ok"] is True, verified
    viewer = house.program(Role.VIEWER).read(f"/jobs/{verified['id']}")
    assert (viewer["status"], viewer["result"]) == ("done", None)


def test_an_admin_adds_people_and_their_tokens_and_takes_them_back(house: House) -> None:
    program = house.program(Role.ADMIN)
    invited = program.post("/operators", {"name": "nina", "role": "operator"}).json()
    assert invited["once"]
    made = program.post("/operators/nina/tokens", {"name": "nightly", "role": "viewer"}).json()
    hers = Program(house.url, made["token"])
    assert hers.read("/me") == {"operator": "nina", "token": "nightly", "role": "viewer"}
    listed = program.get("/operators/nina/tokens")
    assert made["token"] not in listed.text
    assert program.ask("DELETE", "/operators/nina/tokens/nightly").json()["removed"] == "nightly"
    assert hers.get("/me").status_code == HTTPStatus.UNAUTHORIZED
    assert program.post("/operators/nina/revoke", {"why": "left"}).json()["status"] == "revoked"


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, HTTPStatus.BAD_REQUEST),
        ({"data": b'{"why": "\xff"}', "headers": {"Content-Type": "application/json"}}, HTTPStatus.BAD_REQUEST),
        ({"data": {"why": "x"}}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        ({"data": b'{"why": "x"}', "headers": {"Content-Type": "text/plain"}}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        ({"json": {"why": "x", "who": "y"}}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ({"json": {"why": "  "}}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ({"json": {"why": "a\x00b"}}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ({"json": {"why": "x" * 5_000_000}}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        ({}, HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_request_of_ours_changes_nothing(house: House, how: dict[str, Any], status: HTTPStatus) -> None:
    answer = house.program(Role.OPERATOR).ask("POST", "/connections/acme-j1/stop", **how)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert connections.get(house.operator, "acme-j1").status == "ok"


def test_more_than_there_is_room_for_is_not_held(house: House) -> None:
    program = house.program(Role.OPERATOR)
    assert ROOM.take(MOST_HELD - 10)
    try:
        crowded = program.ask("POST", "/connections/acme-j1/stop", json={"why": "x", "who": "y"})
    finally:
        ROOM.give_back(MOST_HELD - 10)
    assert (crowded.status_code, crowded.json()["detail"]) == (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Too much is being sent at once; send it again in a moment.",
    )
    assert ROOM.take(MOST_HELD), "what was refused holds nothing"
    ROOM.give_back(MOST_HELD)


class TestKeys:
    """``Idempotency-Key``."""

    def test_the_same_request_with_the_same_key_is_done_once_and_answered_alike(self, house: House) -> None:
        program, mine = house.program(Role.ADMIN), key()
        asked = {"name": f"t-{mine[:18]}", "role": "viewer"}
        first, again = (program.post("/operators/some-admin/tokens", asked, key=mine) for _ in range(2))
        assert (first.status_code, again.status_code) == (HTTPStatus.CREATED, HTTPStatus.CREATED)
        assert first.content == again.content, "even what is told once"
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert [one.name for one in tokens.list_(house.operator, "some-admin")].count(f"t-{mine[:18]}") == 1

    def test_what_could_not_be_done_is_answered_alike_too(self, house: House) -> None:
        program, mine = house.program(Role.OPERATOR), key()
        first, again = (program.post("/connections/acme-j1/resume", key=mine) for _ in range(2))
        assert first.status_code == again.status_code == HTTPStatus.CONFLICT
        assert first.content == again.content
        assert again.headers["Content-Type"] == "application/problem+json"

    def test_a_key_of_another_request_is_refused(self, house: House) -> None:
        program, mine = house.program(Role.OPERATOR), key()
        assert program.post(f"{FLOW}/enable", {}, key=mine).status_code == HTTPStatus.OK
        for path, body in ((f"{FLOW}/enable", {"why": "x"}), (f"{FLOW}/disable", {})):
            answer = program.post(path, body, key=mine)
            assert answer.json()["type"] == "urn:ml-connector:problem:idempotency-key-of-another"
        assert flows.get(house.operator, INVOICES).enabled

    def test_a_key_is_its_operators_own(self, house: House) -> None:
        mine = key()
        for of in ("one", "other"):
            program = Program(house.url, house.token(Role.OPERATOR, of=of))
            answer = program.post(f"{FLOW}/enable", {}, key=mine)
            assert "Idempotency-Replayed" not in answer.headers

    def test_many_at_once_do_it_once(self, house: House) -> None:
        token, mine, barrier = house.token(Role.ADMIN), key(), Barrier(6)

        def ask(_: int) -> requests.Response:
            program = Program(house.url, token)
            barrier.wait()
            return program.post("/operators/some-admin/tokens", {"name": f"t-{mine[:18]}", "role": "viewer"}, key=mine)

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(ask, range(6)))
        done = [one for one in answers if one.status_code == HTTPStatus.CREATED]
        assert len({one.content for one in done}) == 1
        assert {one.status_code for one in answers} <= {HTTPStatus.CREATED, HTTPStatus.CONFLICT}
        assert sum("Idempotency-Replayed" not in one.headers for one in done) == 1

    def test_nobody_does_again_what_may_have_been_done(self, house: House) -> None:
        program, mine = house.program(Role.OPERATOR), key()
        assert program.post(f"{FLOW}/enable", {}, key=mine).status_code == HTTPStatus.OK
        house.scene.change("UPDATE api_answers SET answer = NULL WHERE key = :key", key=mine)
        answer = program.post(f"{FLOW}/enable", {}, key=mine)
        assert answer.status_code == HTTPStatus.CONFLICT
        assert answer.json()["type"] == "urn:ml-connector:problem:idempotency-key-in-use"

    def test_a_key_is_known_for_a_day(self, house: House) -> None:
        program, mine = house.program(Role.OPERATOR), key()
        program.post(f"{FLOW}/enable", {}, key=mine)
        house.scene.change("UPDATE api_answers SET created_at = now() - CAST('25 hours' AS interval)")
        answer = program.post(f"{FLOW}/disable", {}, key=mine)
        assert answer.status_code == HTTPStatus.OK
        assert len(house.scene.ask("SELECT FROM api_answers")) == 1, "what is older is gone"

    def test_what_was_not_done_may_be_asked_for_again(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        program, mine = house.program(Role.OPERATOR), key()
        with monkeypatch.context() as patch:
            patch.setattr("connector.operations.jobs.begin", _no_ledger)
            assert program.post("/audit/verifications", {}, key=mine).status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert program.post("/audit/verifications", {}, key=mine).status_code == HTTPStatus.ACCEPTED

    def test_an_answer_is_kept_sealed(self, house: House) -> None:
        program, mine = house.program(Role.ADMIN), key()
        made = program.post("/operators/some-admin/tokens", {"name": f"t-{mine[:18]}", "role": "viewer"}, key=mine)
        (kept,) = house.scene.ask("SELECT answer FROM api_answers WHERE key = :key", key=mine)
        assert made.json()["token"].encode() not in bytes(kept.answer)

    @pytest.mark.parametrize(
        "bad", ["", "close", "x" * 36, "0123456789ab7def8123456789abcdef", "é".encode("latin-1")], ids=str
    )
    def test_what_is_no_key_is_refused(self, house: House, bad: str) -> None:
        headers = {"Idempotency-Key": bad}
        answer = house.program(Role.OPERATOR).ask("POST", f"{FLOW}/enable", json={}, headers=headers)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    def test_only_its_own_request_is_found(self, house: House) -> None:
        with pytest.raises(idempotency.KeyOfAnother):
            self._twice(house, (b"POST", b"/ab", b""), (b"POST", b"/a", b"b"))

    @staticmethod
    def _twice(house: House, *requests_of: tuple[bytes, ...]) -> None:
        program, mine = house.program(Role.VIEWER), key()
        of = tokens.bearer(house.operator, program.token)
        assert of is not None
        for request in requests_of:
            idempotency.begin(house.operator, of.operator_id, mine, *request)


def _no_ledger(*_: object, **__: object) -> None:
    from connector.domain.errors import StoreUnavailable  # noqa: PLC0415 - for this alone

    raise StoreUnavailable("The ledger does not answer.")
