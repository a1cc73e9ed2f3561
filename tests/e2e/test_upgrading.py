"""The release before this one goes on working on this one's tables, until this one's workers take over."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.config import PREFIX
from connector.domain.errors import StoreUnavailable
from connector.embedded import roles
from connector.embedded.programs import QUEUES, beat
from connector.embedded.redis import EmbeddedRedis
from connector.embedded.supervisor import Supervisor
from connector.store import migrate
from tests.docs.pages import ROOT
from tests.e2e.plant import LONG, new_customer, worker
from tests.privileged import url_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.e2e.conftest import StartPlant
    from tests.e2e.plant import Customer, Plant

#: a release of long before, of other queues
RELEASE_BEFORE = "5875225"
#: the queues that it knows
QUEUES_BEFORE = ("poll", "map", "load", "control")


#: the last code with tables of before documents and attempts lay in months, and its newest migration
TABLES_BEFORE, MIGRATED_TO = "275c9318", "0023"

#: the migration gives up after some seconds each time
TRIES = 30


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release before, unpacked."""
    return unpacked(RELEASE_BEFORE, tmp_path_factory.mktemp("before"))


def unpacked(commit: str, there: Path) -> Path:
    """The code of a commit."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("there is no git history here, so the release before cannot be had")
    words = [git, "-C", str(ROOT), "archive", "--format=zip", commit, "connector", "tasks", "workers"]
    archived = subprocess.run(words, capture_output=True, check=False)
    if archived.returncode:
        pytest.skip(f"git has no {commit}: {archived.stderr.decode().strip()}")
    with zipfile.ZipFile(io.BytesIO(archived.stdout)) as archive:
        archive.extractall(there)
    return there


@pytest.fixture(scope="module")
def plant(start_plant: StartPlant, server_directory: Path) -> Iterator[Plant]:
    """Servers, and the tables of this release; nobody works yet. Redis still lets everybody do everything."""
    anything = {"user": "default on nopass ~* &* +@all"}
    with (
        EmbeddedRedis(server_directory / "redis-before", settings=anything) as redis,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv(f"{PREFIX}BROKER_URL", redis.url())
        with start_plant([]) as started:
            yield started


@contextmanager
def working(plant: Plant, code: Path, *, called: str, queues: Sequence[str] = QUEUES) -> Iterator[Supervisor]:
    """A worker and a clock of the code in this folder."""
    environment = {
        **os.environ,
        f"{PREFIX}DATA_DIR": str(plant.stack.settings.data_dir),
        "PYTHONPATH": str(code),
        "PYTHONUNBUFFERED": "1",
        f"{PREFIX}MOST_RECORDS_A_TASK": "1",  # what docs/operations.md advises while workers of both releases run
    }
    processes = Supervisor(plant.stack.settings.data_dir / f"logs-{called}", environment)
    try:
        for program in (worker(called, processes=2, queues=queues), replace(beat(), name=f"beat-{called}")):
            # Python looks into the folder it is started in before anything else; every release knows Celery's command
            words = ["celery" if word == "workers.start" else word for word in program.command]
            processes.start(replace(program, command=("/usr/bin/env", "-C", str(code), *words)))
        yield processes
    finally:
        processes.stop()


def senders(customer: Customer) -> set[str]:
    """Which processes sent something to JAGGAER."""
    return {row.actor for row in customer.plant.ask("SELECT DISTINCT actor FROM attempts")}


@pytest.mark.skipif(not LONG, reason="the test below does it with a younger release: `make outage`")
def test_the_release_before_works_on_these_tables_until_this_one_takes_over_in_the_middle(
    plant: Plant, before: Path, tmp_path: Path
) -> None:
    asked = [sys.executable, "-c", "import connector; print(connector.__file__)"]
    where = {**os.environ, "PYTHONPATH": str(before)}
    assert subprocess.check_output(asked, cwd=before, env=where, text=True).startswith(str(before))

    with (
        new_customer(plant, documents=10) as customer,
        working(plant, before, called="old", queues=QUEUES_BEFORE) as old,
    ):
        customer.set_up(tmp_path, schedule="every 3s")
        customer.settled_since(plant.now())
        customer.reconciled()

        theirs, already = senders(customer), invoices(customer)
        customer.qad.add_documents({"generate": {"suppliers": 2, "orders": 4, "invoices": 10, "payments": 4}})
        plant.until(lambda: invoices(customer) > already, "the old ones are in the middle")
        with working(plant, ROOT, called="new"):
            old.stop()
            # the old ones may have done all of it before they heard
            customer.qad.add_documents({"generate": {"suppliers": 1, "orders": 1, "invoices": 2, "payments": 1}})
            customer.settled_since(plant.now())
            customer.reconciled()

        assert senders(customer) - theirs, "this release has sent something, too"
        assert customer.dead() == {}
        assert customer.ask("SELECT error FROM runs WHERE status = 'failed'") == []


def test_tables_of_before_are_brought_up_to_date_while_their_release_works_on_them(
    plant: Plant, tmp_path: Path
) -> None:
    older = unpacked(TABLES_BEFORE, tmp_path / "older")
    url = plant.stack.settings.database_url
    owner = url_of(url, roles.OWNER)
    with new_customer(plant, documents=10) as customer:
        customer.set_up(tmp_path, schedule="every 3s")
        migrate.downgrade(owner, MIGRATED_TO)
        plant.close()
        plant.patient = True  # what turns the clock forward is of this release, and knows its tables alone
        with working(plant, older, called="older") as old:
            plant.until(lambda: invoices(customer), "the old ones work on their own tables")
            customer.qad.add_documents({"generate": {"suppliers": 2, "orders": 4, "invoices": 20, "payments": 4}})
            already = invoices(customer)
            plant.until(lambda: invoices(customer) > already, "the old ones are in the middle")
            upgraded(owner, url)
            plant.patient = False
            theirs = senders(customer)
            with working(plant, ROOT, called="newer"):
                old.stop()
                customer.qad.add_documents({"generate": {"suppliers": 1, "orders": 1, "invoices": 2, "payments": 1}})
                customer.settled_since(plant.now())
                customer.reconciled()
        assert theirs
        assert senders(customer) - theirs, "this release has sent something, too"
        assert customer.dead() == {}
        assert customer.ask("SELECT error FROM runs WHERE status = 'failed'") == []
    assert "is whole" in plant.ok("audit", "verify")


def upgraded(owner: str, login: str) -> None:
    """As the container that migrates: it gives way to who has a table, and is started again."""
    for number in range(TRIES):
        try:
            migrate.upgrade(owner, login_url=login)
        except StoreUnavailable:
            if number == TRIES - 1:
                raise
        else:
            return


def invoices(customer: Customer) -> int:
    """How many have arrived in JAGGAER."""
    return len(customer.jaggaer.state("creates")["creates"].get("invoices", ()))
