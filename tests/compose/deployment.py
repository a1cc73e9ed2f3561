"""The stack of the Compose file in a directory of its own, as its operator sees it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from connector.embedded.places import free_port
from connector.master_keys import new_key
from sandbox import simulator
from tests.compose.waiting import until
from workers.demo import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
#: target of the Dockerfile, and the image that the file names
IMAGES = {"product": "ml-connector", "sandbox": "ml-connector-sandbox", "upkeep": "ml-connector-upkeep"}
_FILES = ("docker-compose.yml", "docs/examples/compose-metrics.yaml", "docs/examples/compose-upkeep.yaml")
SIMULATORS = "sandbox-"


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout


class Deployment:
    """One project of Compose, with ports, secrets and volumes of its own."""

    def __init__(self, *, directory: Path, host: str, program: Sequence[str], bases: Mapping[str, str]) -> None:
        self.directory = directory
        self.project = f"mlc{os.getpid()}"
        self.release = "first"
        self._program = program
        self._copy()
        ports = {f"SANDBOX_{name.upper().replace('-', '_')}_PORT": free_port() for name in simulator.systems()}
        self._ports = {"CONSOLE_PORT": free_port(), "FLOWER_PORT": free_port(), **ports}
        self._environment = {
            **os.environ,
            **bases,
            **{name: str(port) for name, port in self._ports.items()},
            "BACKUPS": str(directory / "backups"),
            "BACKUP_KEYS": str(directory / "backup_keys"),
            "COMPOSE_FILE": ":".join(_FILES),
            "COMPOSE_PROJECT_NAME": self.project,
            "DOCKER_BUILDKIT": "0",
            "DOCKER_HOST": host,
            "ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES": "true",
            "ML_CONNECTOR_DEAD_WORKER_SECONDS": "30",
            "ML_CONNECTOR_RECEIVE_DOCUMENTS": "true",
        }
        self._base = bases.get("PYTHON_IMAGE", "")

    def _copy(self) -> None:
        for name in filter(None, _git("ls-files", "-z").decode().split("\0")):
            target = self.directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        subprocess.run([sys.executable, "tools/make_secrets.py"], cwd=self.directory, check=True, capture_output=True)
        (backups := self.directory / "backups").mkdir()
        backups.chmod(0o777)
        (self.directory / "backup_keys").write_text(f"{new_key()}\n")

    def build(self) -> dict[str, int]:
        """Build every image of the product; returns their sizes in MB."""
        return {name: self._build(target, ".") for target, name in IMAGES.items()}

    def build_before(self) -> str:
        """Build the product as it was before its newest migration, in the place of this one; returns which that is."""
        versions = "connector/store/migrations/versions"
        newest = _git("log", "-1", "--diff-filter=A", "--format=%h", "--", versions).decode().strip()
        (there := self.directory / "before").mkdir()
        archived = _git("archive", f"{newest}~1")
        subprocess.run(["tar", "-x", "-C", str(there)], input=archived, check=True)
        self._build("product", str(there))
        return f"{newest}~1"

    def _build(self, target: str, context: str) -> int:
        image = f"{IMAGES[target]}:{self.release}"
        base = ["--build-arg", f"PYTHON_IMAGE={self._base}"] if self._base else []
        self.docker("build", "-q", "--network", "host", *base, "--target", target, "-t", image, context)
        return int(self.docker("image", "inspect", "--format", "{{.Size}}", image)) // 1_000_000

    def compose(self, *words: str, profiles: Sequence[str] = ("sandbox",), check: bool = True) -> str:
        """Type a command of Compose; returns what it printed."""
        given = [word for profile in profiles for word in ("--profile", profile)]
        return self._run([*self._program, *given, *words], check=check)

    def docker(self, *words: str, check: bool = True) -> str:
        """Type a command of Docker; returns what it printed."""
        return self._run(["docker", *words], check=check)

    def logs(self, container: str) -> str:
        """All it has written, of both kinds."""
        return self._run(["docker", "logs", container], check=True, errors=subprocess.STDOUT)

    def type(self, *words: str, options: tuple[str, ...] = (), check: bool = True) -> str:
        """Type a command of the product in a container of its own."""
        given = ("run", "--rm", "-T", "--no-deps", *options, "worker-control", "ml-connector")
        return self.compose(*given, *words, check=check)

    def _run(self, command: list[str], *, check: bool, errors: int = subprocess.PIPE) -> str:
        environment = self._environment | {"ML_CONNECTOR_VERSION": self.release}
        done = subprocess.run(
            command,
            cwd=self.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}{(done.stderr or '')[-2000:]}")
        return (done.stdout or (done.stderr or "" if done.returncode else "")).strip()

    def up(self, *words: str) -> None:
        """Bring everything up, without building, and wait until it is healthy."""
        self.compose("up", "-d", "--no-build", *words)
        self.well()

    def services(self) -> list[str]:
        """Names of all of the file, simulators included; what is done every night is none of them."""
        return list(yaml.safe_load((self.directory / _FILES[0]).read_text())["services"])

    def containers(self, service: str = "") -> list[str]:
        """The ids of those that are there, whether they run or not."""
        labels = {"project": self.project, "oneoff": "False"} | ({"service": service} if service else {})
        chosen = [f"label=com.docker.compose.{name}={value}" for name, value in labels.items()]
        return self.docker("ps", "-aq", *(word for one in chosen for word in ("--filter", one))).split()

    def well(self) -> None:
        """Wait until every container that should stay is healthy."""
        until(lambda: not self.unwell(), "every container is healthy", saw=self.unwell)

    def unwell(self) -> list[str]:
        """Services of which a container that should stay is not healthy, and how it is."""
        label = '{{index .Config.Labels "com.docker.compose.service"}}'
        form = label + " {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"
        told = self.docker("inspect", "--format", form, *self.containers()).splitlines()
        return [one for one in told if not one.endswith(" running healthy") and not one.startswith("migrate ")]

    def set_up(self) -> None:
        """What a customer does: one file with all integrations and the network, with its secrets beside it."""
        setup = self.directory / "acme"
        setup.mkdir(mode=0o755)
        places = {f"sandbox-{name}": f"http://sandbox-{name}:{simulator.port(name)}" for name in simulator.systems()}
        scenario.write_setup(setup, places).chmod(0o644)
        secrets = [word for name, value in scenario.secrets().items() for word in ("-e", f"{name}={value}")]
        self.type("apply", "/acme/setup.yaml", options=("-v", f"{setup}:/acme:ro", *secrets))

    def ask(self, system: str, what: str, body: object = None) -> Any:
        """Ask a simulator."""
        port = self._ports[f"SANDBOX_{system.upper().replace('-', '_')}_PORT"]
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/_sandbox/{what}", data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own simulator
            return json.load(answer)

    def remove(self) -> None:
        """Take all of it down, volumes included."""
        self.compose("down", "--volumes", "--timeout", "5", "--remove-orphans", check=False)
