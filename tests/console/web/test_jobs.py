"""Jobs: begun at once, told of while they work, stopped between two steps, and drawn when they have ended."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain.errors import ConfigurationError, Unavailable
from connector.domain.role import Role
from connector.operations import jobs
from connector.store import operator as ledger
from connector.store.postgres.engine import open_single
from tests.console.web.conftest import HOSTILE
from tests.privileged import url_of
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.jobs import Job as Known
    from tests.console.web.conftest import Console


def ended(console: Console, job: UUID) -> Known:
    until(lambda: not jobs.get(console.operator, job).under_way, "the job ends")
    return jobs.get(console.operator, job)


def test_what_came_of_a_job_is_kept_sealed_and_shown_to_those_who_may(
    console: Console, module_database_url: str
) -> None:
    console.desk.result("trial", "job.html", lambda _, found: {"said": found["total"]}, role=Role.OPERATOR)
    job = jobs.begin(console.operator, "trial", f"Try {HOSTILE}", lambda _: {"total": "1234.50"}, place="/work")
    known = ended(console, job)
    assert (known.status, jobs.result(console.operator, known)) == ("done", {"total": "1234.50"})
    with open_single(url_of(module_database_url)).begin() as connection:
        kept = connection.execute(sa.text("SELECT result FROM jobs WHERE id = :id"), {"id": job}).scalar_one()
    assert b"1234.50" not in bytes(kept)
    told = console.member(Role.VIEWER).get(f"/jobs/{job}").text
    assert "which a viewer does not see" in told
    assert "<script>alert" not in told
    told = console.member(Role.OPERATOR).get(f"/jobs/{job}").text
    assert "which a viewer does not see" not in told
    assert "data-looks-again" not in told, "what has ended is not looked at again"


@pytest.mark.parametrize(("kind", "looks"), [("dry run", 1), ("api rehearsal", 1), ("ping", 0)])
def test_whoever_looks_at_documents_that_somebody_else_tried_is_in_the_trail(
    console: Console, kind: str, looks: int
) -> None:
    job = jobs.begin(console.operator, kind, "Dry run of acme/some_flow", lambda _: {"documents": []})
    known = ended(console, job)
    jobs.result(console.operator, known)
    colleague = replace(console.operator, actor=f"operator:colleague-{job}")
    jobs.result(colleague, known)
    with console.operator.transaction() as tx:
        seen = [ledger.audit.history(tx, f"operator:{one.actor}") for one in (console.operator, colleague)]
    told = [[event.name for event in events if event.detail.get("job") == str(job)] for events in seen]
    assert told == [[], ["operator.read_payload"] * looks]


def test_a_job_says_how_far_it_is_and_stops_between_two_steps(console: Console) -> None:
    go_on, browser = Event(), console.member(Role.OPERATOR)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        step = 0
        while True:
            step += 1
            job.say(step, 50_000, f"document {step}")
            go_on.wait(0.01)

    job = jobs.begin(console.operator, "trial", "Count", work)
    until(lambda: jobs.get(console.operator, job).done > 0, "progress is told")
    page = browser.get(f"/jobs/{job}").text
    assert "of 50,000 · document" in page
    assert 'data-looks-again="2"' in page
    assert "data-row>Count</a>" in browser.get("/jobs").text
    answer = browser.post(f"/jobs/{job}/stop")
    assert (answer.status_code, answer.headers["Location"]) == (HTTPStatus.SEE_OTHER, f"/jobs/{job}")
    known = ended(console, job)
    assert (known.status, known.stopped_by, known.result) == ("stopped", "operator:some-operator (console)", None)
    assert "Stopped by some-operator" in browser.get(f"/jobs/{job}").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (Unavailable("QAD does not answer at http://qad: try later."), "QAD does not answer at http://qad: try later."),
        (ZeroDivisionError("secret detail"), "Something went wrong here; the log of the console says what."),
    ],
)
def test_a_job_that_fails_ends_in_one_sentence(console: Console, wrong: Exception, sentence: str) -> None:
    def work(_: jobs.Job) -> None:
        raise wrong

    known = ended(console, jobs.begin(console.operator, "trial", "Fail", work))
    assert (known.status, known.error) == ("failed", sentence)


def test_a_job_whose_process_is_gone_is_said_to_be_broken_off(console: Console, module_database_url: str) -> None:
    waits = Event()
    job = jobs.begin(console.operator, "trial", "Vanish", lambda _: waits.wait(HANG_SECONDS) and None)
    assert jobs.get(console.operator, job).under_way
    with console.operator.transaction() as tx:  # the row of a process that was killed: nobody ends it
        gone = tx.value(
            sa.text("""
            INSERT INTO jobs (id, kind, about, actor, seen_at)
            VALUES (gen_random_uuid(), 'trial', 'Gone', 'operator:ann', now() - interval '1 minute') RETURNING id
            """)
        )
    assert jobs.get(console.operator, gone).status == "broken off"
    assert "begin it again for the rest" in console.member(Role.VIEWER).get(f"/jobs/{gone}").text
    waits.set()
    assert ended(console, job).status == "done"


def test_a_process_does_not_do_more_at_once_than_it_may(console: Console) -> None:
    waits = Event()
    page, program, ann, bob, eve = (
        replace(console.operator, actor=f"operator:{name}")
        for name in ("eve (console)", "eve (API, token nightly)", "ann (console)", "bob (console)", "eve")
    )

    def begin(operator: Operator) -> UUID:
        return jobs.begin(operator, "trial", "Wait", lambda _: waits.wait(HANG_SECONDS) and None)

    begun = [begin(page), begin(program)]
    for one in (page, program, eve):
        with pytest.raises(ConfigurationError, match="2 jobs that you began are under way here"):
            begin(one)
    begun += [begin(ann) for _ in range(jobs.AT_ONCE - jobs.OF_ONE)]
    with pytest.raises(ConfigurationError, match="4 jobs are under way here already"):
        begin(bob)
    waits.set()
    for job in begun:
        assert ended(console, job).status == "done"
    until(lambda: ended(console, jobs.begin(console.operator, "trial", "Again", lambda _: None)), "a place is free")


def test_files_leave_places_to_those_who_act_and_whoever_began_one_stops_it(console: Console) -> None:
    waits, viewer = Event(), console.member(Role.VIEWER)
    mine, ann, eve = (
        replace(console.operator, actor=f"operator:{name}")
        for name in ("some-viewer (console)", "ann (console)", "eve")
    )

    def begin(operator: Operator, kind: str) -> UUID:
        def work(job: jobs.Job) -> None:
            while not waits.wait(0.01):
                job.say(1)

        return jobs.begin(operator, kind, "Wait", work)

    own, foreign = begin(mine, "file"), begin(ann, "file")
    with pytest.raises(ConfigurationError, match="2 files are being made here already: wait until one has ended, or"):
        begin(eve, "file")
    acting = begin(eve, "trial")
    assert "danger" not in viewer.get(f"/jobs/{foreign}").text
    assert "danger" in viewer.get(f"/jobs/{own}").text
    viewer.post(f"/jobs/{foreign}/stop")
    assert "begun by ann: they can stop it, and so can an operator" in viewer.get(f"/jobs/{foreign}").text
    viewer.post(f"/jobs/{own}/stop")
    assert ended(console, own).status == "stopped"
    waits.set()
    assert [ended(console, one).status for one in (foreign, acting)] == ["done", "done"]


def test_of_one_person_the_newest_are_kept_up_to_so_many_bytes(console: Console) -> None:
    ann = replace(console.operator, actor="operator:anna (console)")

    def begin(**bounds: int) -> UUID:
        with ann.transaction() as tx:
            number = ledger.jobs.begin(tx, kind="file", about="Make", place="", **bounds)
            ledger.jobs.end(tx, number, "done", result=b"x" * 10)
            ledger.job_files.add(tx, number, 0, b"")
        return number

    def there() -> set[UUID]:
        return {one.id for one in jobs.list_(console.operator) if one.actor == ann.actor}

    made = [begin() for _ in range(4)]
    made.append(begin(most=2))
    assert there() == {*made[2:]}
    assert len(jobs.list_(console.operator)) > len(there()), "of others, all"
    made.append(begin(most_bytes=25))
    assert there() == {made[-1]}


def test_there_is_a_sentence_for_a_job_that_is_none(console: Console) -> None:
    browser = console.member(Role.VIEWER)
    for wrong in ("nonsense", "019e0000-0000-7000-8000-000000000000"):
        answer = browser.get(f"/jobs/{wrong}")
        assert (answer.status_code, "There is no" in answer.text) == (HTTPStatus.NOT_FOUND, True)
