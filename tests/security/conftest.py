"""The two programs that people and other systems reach over HTTP, as processes of their own."""

from __future__ import annotations

import base64
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from connector.bootstrap import application
from connector.config import PREFIX, read_settings
from connector.embedded.places import free_port
from connector.embedded.programs import console, flower
from connector.embedded.supervisor import Supervisor
from connector.vault import new_key
from tests.store.scene import Scene
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.embedded.programs import Program
    from connector.embedded.redis import EmbeddedRedis

FLOWER_PASSWORD = "open-sesame"


@dataclass(frozen=True, kw_only=True)
class Running:
    """A program that answers."""

    url: str
    pid: int
    log: Path


@contextmanager
def running(program: Program, port: int, alive: str, folder: Path, environment: dict[str, str]) -> Iterator[Running]:
    """A program of the stack, without the stack."""
    supervisor = Supervisor(folder / "logs", {**os.environ, **environment, "PYTHONUNBUFFERED": "1"})
    url = f"http://127.0.0.1:{port}"
    try:
        supervisor.start(program)

        def answers() -> bool:
            (status,) = supervisor.status()
            assert status.running, status
            with suppress(requests.ConnectionError):
                return requests.get(f"{url}{alive}", timeout=HANG_SECONDS).ok
            return False

        until(answers, f"{program.name} answers at {url}{alive}", saw=supervisor.status)
        (status,) = supervisor.status()
        assert status.pid is not None
        yield Running(url=url, pid=status.pid, log=status.log)
    finally:
        supervisor.stop(hurry=lambda: True)


@dataclass(frozen=True)
class Sap:
    """Signs events as SAP Concur does."""

    key: rsa.RSAPrivateKey

    def sign(self, body: bytes) -> str:
        return base64.b64encode(self.key.sign(body, PKCS1v15(), hashes.SHA256())).decode()

    def pem(self) -> bytes:
        form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return self.key.public_key().public_bytes(*form)


@pytest.fixture(scope="session")
def sap() -> Sap:
    return Sap(rsa.generate_private_key(65537, 2048))


@pytest.fixture
def settings(database_url: str, redis_url: str, sap: Sap, tmp_path: Path) -> dict[str, str]:
    """What a program is told through its environment."""
    keys = tmp_path / "sap.pem"
    keys.write_bytes(sap.pem())
    given = {"DATABASE_URL": database_url, "BROKER_URL": redis_url, "MASTER_KEYS": new_key()}
    given |= {"DATA_DIR": str(tmp_path / "data"), "WEBHOOK_SIGNERS": str(keys), "RECEIVE_DOCUMENTS": "true"}
    return {f"{PREFIX}{name}": value for name, value in given.items()}


@pytest.fixture
def scene(settings: dict[str, str]) -> Iterator[Scene]:
    """The ledger behind the programs."""
    opened = application(read_settings(settings))
    yield Scene.set_up(opened.store, opened.vault)
    opened.store.close()


@pytest.fixture
def receiver(settings: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    """The receiver of webhooks and documents."""
    port = free_port(0)
    with running(console(port), port, "/healthz", tmp_path, settings) as found:
        yield found


@pytest.fixture(scope="module")
def watcher(redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Flower, which has no business with the ledger."""
    port, ledger = free_port(0), "postgresql://nobody@127.0.0.1:9/none"
    environment = {f"{PREFIX}DATABASE_URL": ledger, f"{PREFIX}BROKER_URL": redis_server.url()}
    program = flower(FLOWER_PASSWORD, "127.0.0.1", port)
    with running(program, port, "/healthcheck", tmp_path_factory.mktemp("flower"), environment) as found:
        yield found
