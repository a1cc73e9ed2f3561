"""``db erase``: what is stored about a person goes, what became of it stays, and the trail certifies it."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain import accounting_period
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.domain.summary import EXPENSE_REPORT, Summary
from connector.embedded import roles
from connector.operations.accounts import idempotency, people
from connector.operations.operator import Operator
from connector.store import operator as ledger
from connector.store.operator import erasing
from connector.store.work.archive import archive
from tests.privileged import url_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from uuid import UUID

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene


@pytest.fixture(autouse=True)
def _as_owner(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_OWNER_DATABASE_URL", url_of(scene.ledger.engine.url, roles.OWNER))


def report(scene: Scene, key: str, employee: str, *, finish: bool = True, written: str = "") -> UUID:
    content = json.dumps({"employee": {"id": written}})
    (record_id,) = scene.read_called({key: Summary(kind=EXPENSE_REPORT, number=key, party=employee)}, content)
    if finish:
        scene.finish(record_id, f"T-{key}")
    return record_id


def traces(scene: Scene, record_id: UUID) -> list[str]:
    tables = ("payloads", "summaries", "search_terms")
    return [one for one in tables if scene.ask(f"SELECT FROM {one} WHERE record_id = :id", id=record_id)]


def test_a_persons_documents_go_and_nobody_elses(terminal: Terminal, scene: Scene) -> None:
    theirs, others = report(scene, "RPT-1", "E1007"), report(scene, "RPT-2", "E10071")
    said = terminal.json("db", "erase", "e1007", "--why", "request of today", "--yes")
    assert (said["records"], said["kinds"]) == (1, {EXPENSE_REPORT: 1})
    assert traces(scene, theirs) == []
    assert traces(scene, others) == ["payloads", "summaries", "search_terms"]
    assert scene.record(theirs).state == "done"
    assert "removed" in terminal("record", "show", str(theirs), "--payload").out
    scene.seal()
    assert scene.ledger.verify() == []


def test_the_certificate_says_which_records_and_does_not_name_the_person(terminal: Terminal, scene: Scene) -> None:
    record_id = report(scene, "RPT-1", "E1007")
    said = terminal.json("db", "erase", "E1007", "--why", "request of today", "--yes")
    (event,) = terminal.json("audit", "show", said["certificate"])
    assert event["detail"]["records"] == [str(record_id)]
    assert event["detail"]["why"] == "request of today"
    assert "1007" not in str({**event["detail"], "records": [], "person": ""})
    assert len(event["detail"]["person"]) == 64
    assert terminal("db", "erase", "E1007", "--why", "once more", "--yes").code != 0, "nothing is called so any more"


def test_what_is_under_way_is_named_and_goes_later(terminal: Terminal, scene: Scene) -> None:
    record_id = report(scene, "RPT-1", "E1007", finish=False)
    said = terminal.ok("db", "erase", "E1007", "--why", "request", "--yes")
    assert "RPT-1" in said.err
    assert "payloads" in traces(scene, record_id)
    scene.finish(record_id)
    assert terminal.json("db", "erase", "E1007", "--why", "request", "--yes")["records"] == 1
    assert traces(scene, record_id) == []


def test_a_dry_run_erases_nothing(terminal: Terminal, scene: Scene) -> None:
    record_id = report(scene, "RPT-1", "E1007")
    assert f"Would erase: 1 x {EXPENSE_REPORT}." in terminal.ok("db", "erase", "E1007", "--why", "w", "--dry-run").out
    assert "payloads" in traces(scene, record_id)


def test_a_record_is_erased_by_its_id_with_all_versions_of_its_document(terminal: Terminal, scene: Scene) -> None:
    first = scene.read_one("RPT-9", "one")
    scene.finish(first)
    second = scene.read_one("RPT-9", "two")
    scene.finish(second)
    assert terminal.json("db", "erase", str(second), "--why", "w", "--yes")["records"] == 2
    assert (traces(scene, first), traces(scene, second)) == ([], [])


def test_what_an_interruption_left_is_done_when_asked_again(
    terminal: Terminal, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [report(scene, f"RPT-{number}", "E1007") for number in range(3)]
    monkeypatch.setattr(erasing, "BATCH", 1)
    whole = erasing.erase
    done: list[int] = []

    def killed(*given: Any, **more: Any) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(whole(*given, **more))
        return 1

    monkeypatch.setattr(erasing, "erase", killed)
    assert terminal("db", "erase", "E1007", "--why", "w", "--yes").code != 0
    monkeypatch.setattr(erasing, "erase", whole)
    assert sum(traces(scene, one) == [] for one in records) == 1
    assert terminal.json("db", "erase", "E1007", "--why", "w", "--yes")["records"] == 2


def test_an_employee_whose_id_is_an_e_mail_address_is_erased_by_it(terminal: Terminal, scene: Scene) -> None:
    theirs = report(scene, "RPT-1", "", written="Ann@Acme.example")
    others = report(scene, "RPT-2", "", written="joann@acme.example")
    said = terminal.json("db", "erase", "ann@acme.example", "--why", "request of today", "--yes")
    assert (said["records"], said["kinds"]) == (1, {EXPENSE_REPORT: 1})
    assert (traces(scene, theirs), traces(scene, others)) == ([], ["payloads", "summaries", "search_terms"])
    assert "ann@acme" not in str(terminal.json("audit", "show", said["certificate"])).lower()
    assert terminal("db", "erase", "ann@acme.example", "--why", "once more", "--yes").code != 0


def test_what_programs_were_answered_goes_and_nothing_is_done_twice(
    terminal: Terminal, scene: Scene, built: Application
) -> None:
    report(scene, "RPT-1", "E1007")
    operator = Operator(application=built, actor="operator:test")
    people.add(operator, "anna", Role.OPERATOR)
    (anna,) = scene.ask("SELECT id FROM operators WHERE name = 'anna'")
    asked = (anna.id, "019e2f4c-5a71-7c30-8a6b-2f9d1c7e4b10", b"POST", b"/records/1/corrections")
    begun = idempotency.begin(operator, *asked)
    idempotency.end(operator, begun.number, {"status": 200, "headers": {}, "body": "Ann of RPT-1"})
    scene.change(
        "WITH job AS (INSERT INTO jobs (id, kind, about, actor, seen_at) VALUES (gen_random_uuid(), 'file', 'Try', "
        "'operator:a', now() - interval '1 minute') RETURNING id) "
        "INSERT INTO job_files (id, job_id, number, content) SELECT gen_random_uuid(), id, 0, 'Ann' FROM job"
    )
    said = terminal.json("db", "erase", "E1007", "--why", "request of today", "--yes")
    with pytest.raises(idempotency.KeyInUse, match="and is not done again"):
        idempotency.begin(operator, *asked)
    assert scene.ask("SELECT FROM job_files") == [], "nor is anything left of files that were not finished"
    (event,) = terminal.json("audit", "show", said["certificate"])
    assert (event["detail"]["answers"], event["detail"]["results"]) == (1, 0)


def test_what_was_begun_before_an_erasure_and_ends_after_it_keeps_nothing(
    terminal: Terminal, scene: Scene, built: Application
) -> None:
    report(scene, "RPT-1", "E1007")
    operator = Operator(application=built, actor="operator:test")
    people.add(operator, "anna", Role.OPERATOR)
    (anna,) = scene.ask("SELECT id FROM operators WHERE name = 'anna'")
    month = accounting_period.read("2026-10")

    def begin(number: int) -> tuple[dt.datetime, idempotency.Begun, UUID]:
        key = f"019e2f4c-5a71-7c30-8a6b-2f9d1c7e4b1{number}"
        answering = idempotency.begin(operator, anna.id, key, b"POST", b"/records/1/corrections")
        with operator.transaction() as tx:
            return ledger.erasures.moment(tx), answering, ledger.jobs.begin(tx, kind="trial", about="Try", place="")

    def end(begun: dt.datetime, answering: idempotency.Begun, job: UUID) -> list[bool]:
        """What of it is kept: the comparison, the answer, what came of the job, its file."""
        idempotency.end(operator, answering.number, {"status": 200, "headers": {}, "body": "Ann of RPT-1"})
        with operator.transaction() as tx:
            (flow, *_) = ledger.flows.list_(tx, None)
            ledger.comparisons.keep(tx, flow, month, b"{}", {"differences": 1}, begun=begun)
            ledger.jobs.end(tx, job, "done", result=b"Ann")
            known = ledger.jobs.get(tx, job)
        with suppress(ConfigurationError), operator.transaction() as tx:
            ledger.job_files.add(tx, job, 0, b"Ann")
        assert known.status == "done"
        assert (known.result is None) == ("a person's data was erased meanwhile" in known.said)
        tables = {"comparisons": "", "api_answers": "WHERE octet_length(answer) > 0", "job_files": ""}
        kept = {name: scene.ask(f"SELECT FROM {name} {where}") != [] for name, where in tables.items()}
        return [kept["comparisons"], kept["api_answers"], known.result is not None, kept["job_files"]]

    begun = begin(0)
    terminal.json("db", "erase", "E1007", "--why", "request of today", "--yes")
    assert end(*begun) == [False] * 4
    assert end(*begin(1)) == [True] * 4, "what begins afterwards quotes nothing of it"


def test_what_goes_to_the_archive_meanwhile_is_erased_there(terminal: Terminal, scene: Scene) -> None:
    record_id = report(scene, "RPT-1", "E1007")
    erased: list[Future[Any]] = []
    with ThreadPoolExecutor(1) as pool:

        @contextmanager
        def slowly() -> Iterator[sa.Connection]:
            with scene.ledger.begin() as connection:
                yield connection
                gone = connection.execute(sa.text("SELECT NOT EXISTS (SELECT FROM records)")).scalar_one()
                if gone and not erased:
                    erased.append(pool.submit(terminal.json, "db", "erase", "E1007", "--why", "w", "--yes"))
                    while not erased[0].done() and not scene.ask("SELECT FROM pg_locks WHERE NOT granted"):
                        pass

        assert archive(slowly, after=dt.timedelta(days=-1), now=dt.datetime.now(dt.UTC))[0] == 1
        assert erased[0].result()["records"] == 1
    assert traces(scene, record_id) == []
