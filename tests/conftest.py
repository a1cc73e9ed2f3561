"""Real servers for every test that asks: one PostgreSQL and one Redis per test process, an empty database per test.

The servers end with the test process, also when it is killed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis
from hypothesis import HealthCheck, settings

from connector.embedded import roles
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
from connector.embedded.redis import EmbeddedRedis
from connector.pipeline import crew
from connector.store.postgres import database
from tests.databases import Administrator, Databases
from tests.leaks import PREFIX, everything_is_closed, nothing_is_left, pytest_runtest_makereport
from tests.prepared import lay_ready, place_for_one
from tests.scheduling import InTwoLanes, waits
from workers.loading import loading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = ["everything_is_closed", "nothing_is_left", "pytest_runtest_makereport"]

_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of its own is made in it
_MEMINFO = Path("/proc/meminfo")
#: bytes of memory that the tests may use, files in memory included; /dev/shm of a container often has 64 MB
_ROOM = 4 * 1024**3

# How fast this machine is at the moment is not what the properties are about.
settings.register_profile("any machine", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# For a long look at what has changed: pytest --hypothesis-profile=thorough tests/model
settings.register_profile("thorough", settings.get_profile("any machine"), max_examples=2000, stateful_step_count=100)
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def nobody_waits_for_calls(nothing_is_left: None) -> Iterator[None]:
    """The threads of a process stay as long as it does."""
    yield
    crew.go_home()


def pytest_report_header() -> str:
    """What this machine is short of, before anybody wonders."""
    free = _free_memory()
    memory = "" if free >= _ROOM else f"only {free / 1024**3:.1f} GB of memory are free and the tests use up to 4; "
    where = "in memory" if _has_room() else f"on disk, which is slower: {_MEMORY} has less than 4 GB free"
    return f"machine: {memory}files of the tests' servers are {where}"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin unmeasured: pytest-cov 7 leaves a measurement running in each test process that no_cover does not end."""
    coverage = session.config.pluginmanager.get_plugin("_cov")
    if coverage is not None and coverage.cov_controller is not None and hasattr(session.config, "workerinput"):
        coverage.cov_controller.cov.stop()


def pytest_configure(config: pytest.Config) -> None:
    """Whoever gives out the tests has the place where their processes find a ledger."""
    if not hasattr(config, "workerinput"):
        place = ExitStack()
        place.enter_context(place_for_one(_MEMORY if _has_room() else None))
        config.add_cleanup(place.close)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """All tests are there until the end: what looks for garbage, meanwhile and after each file, leaves them alone."""
    with loading():
        return (yield)


def _free_memory() -> int:
    """Bytes that a new process could have; more than enough where the system does not say."""
    if not _MEMINFO.exists():
        return _ROOM
    fields = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
    return int(fields["MemAvailable"].split()[0]) * 1024


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> InTwoLanes:
    return InTwoLanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, or the last of it runs alone at the end."""
    files = {item: item.nodeid.partition("::")[0] for item in items}
    items.sort(key=lambda item: (not waits(files[item]), not files[item].startswith("tests/journey/")))
    for item in filter(_repeats, items):
        item.add_marker(pytest.mark.no_cover)


def _repeats(item: pytest.Item) -> bool:
    """Whether it passes the same lines over and over: counting them takes longer than the test, and shows no other."""
    names = {"hostile", "properties", "crash_points"}
    return bool({"e2e", "model"} & {*item.path.parts}) or any(name in item.path.name for name in names)


@pytest.fixture(scope="session")
def server_directory() -> Iterator[Path]:
    """A short directory (socket paths) that PostgreSQL's account can walk to when the tests run as root."""
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_MEMORY if _has_room() else None))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


def _has_room() -> bool:
    """Whether files may stay in memory: copying a database takes a tenth of the time there."""
    return _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM


@pytest.fixture(scope="session")
def postgres_server(server_directory: Path) -> Iterator[EmbeddedPostgres]:
    """The PostgreSQL of this test process; a crash of the machine may cost its data, nothing else differs."""
    lay_ready(server_directory / "postgres")
    with EmbeddedPostgres(server_directory / "postgres", settings=UNSAFE_AND_FAST | {"autovacuum": "off"}) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server(server_directory: Path) -> Iterator[EmbeddedRedis]:
    """The Redis of this test process."""
    with EmbeddedRedis(server_directory / "redis") as server:
        yield server


@pytest.fixture(scope="session")
def administrator(postgres_server: EmbeddedPostgres) -> Iterator[Administrator]:
    url = postgres_server.url("postgres", user=roles.SUPERUSER).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield Administrator(postgres_server, connection)


@pytest.fixture(scope="session")
def migrated_template(administrator: Administrator) -> str:
    """The name of a database that was migrated once; copying it is much faster than migrating again."""
    name = "migrated_template"
    administrator.execute("ALTER DATABASE ml_connector RENAME TO {}", name)
    administrator.execute("CREATE DATABASE ml_connector OWNER {}", roles.OWNER)
    administrator.execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
    return name


@pytest.fixture(scope="session")
def databases(administrator: Administrator, migrated_template: str) -> Iterator[Databases]:
    """Gives out databases to whoever needs one for a while, and what the product opens in them."""
    kept = Databases(administrator, migrated_template)
    with pytest.MonkeyPatch.context() as environment:
        environment.setattr(database, "open_engine", kept.engine)
        yield kept
    kept.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """An empty, migrated database, for the role that the product logs in as: it owns nothing."""
    with databases.one() as url:
        yield url


@pytest.fixture(scope="session")
def lasting_database_url(databases: Databases) -> Iterator[str]:
    """An empty, migrated database that lasts as long as this test process."""
    with databases.one() as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(administrator: Administrator, migrated_template: str) -> Iterator[str]:
    """A new, empty, migrated database for the tests of one file: how Postgres plans has nothing to do with others."""
    with administrator.copied(migrated_template) as url:
        yield url


@pytest.fixture
def empty_database_url(administrator: Administrator) -> Iterator[str]:
    """A new database without any table, for the role that owns it."""
    with administrator.copied("template0", user=roles.OWNER) as url:
        yield url


@pytest.fixture(scope="session")
def copy_of(databases: Databases) -> Callable[[str], AbstractContextManager[str]]:
    """Copies a database, named by its URL, that nobody is connected to; the copy goes when it is left."""
    return databases.copied


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """An empty Redis."""
    with redis.Redis.from_url(redis_server.url()) as client:
        client.flushall()
    return redis_server.url()
