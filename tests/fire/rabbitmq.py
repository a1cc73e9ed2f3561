"""A RabbitMQ of a test's own, of one node or of three: free ports, its own cookie, names, files and epmd."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import amqp
from amqp.exceptions import AMQPError

from connector.embedded.parent_death import dying_with_parent
from connector.embedded.places import free_port
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from tests.certificates import Pair

#: what Debian's package calls; the command in PATH would change the account
_PROGRAMS = Path("/usr/lib/rabbitmq/bin")
USER = "connector"


def installed() -> bool:
    """Whether this machine has one."""
    return (_PROGRAMS / "rabbitmq-server").exists() and shutil.which("epmd") is not None


@dataclass(kw_only=True, eq=False)
class Node:
    """One node; it comes back with its port and files."""

    name: str
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin; it takes some seconds until it answers."""
        home = Path(self.environment["HOME"])
        with (home / f"{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(
                dying_with_parent([str(_PROGRAMS / "rabbitmq-server")], on_orphaned=signal.SIGKILL),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environment,
                cwd=home,
                process_group=0,
            )

    def end(self) -> None:
        """Be gone, with all processes of it."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def control(self, *words: str) -> str:
        """What rabbitmqctl says."""
        command = [str(_PROGRAMS / "rabbitmqctl"), "--quiet", "-n", self.name, *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout

    def answers(self, password: str) -> bool:
        """Whether somebody may come in."""
        with (
            suppress(OSError, AMQPError),
            amqp.Connection(
                f"127.0.0.1:{self.port}", userid=USER, password=password, connect_timeout=2, read_timeout=5
            ),
        ):
            return True
        return False


@dataclass(kw_only=True)
class RabbitMQ:
    """All nodes, and what can be done to them."""

    password: str
    nodes: list[Node]
    #: of the node that speaks TLS as well
    tls_port: int = 0
    _down: list[Node] = field(default_factory=list)

    @property
    def url(self) -> str:
        """All nodes in one address."""
        hosts = ";".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"amqp://{USER}:{self.password}@{hosts}/"

    def ready(self) -> bool:
        """Whether each node answers."""
        return not self._down and all(node.answers(self.password) for node in self.nodes)

    def tend(self) -> None:
        """Bring back who was killed, once the others answer."""
        for node in list(self._down):
            if all(other in self._down or other.answers(self.password) for other in self.nodes):
                node.start()
                self._down.remove(node)

    def ways(self) -> dict[str, int]:
        """What can be done, and how often it is chosen."""
        return {"kill_node": 3, "close_connections": 2, "purge": 2}

    def kill_node(self, chance: Random) -> str:
        """A node dies; the queues that it leads are led by another one."""
        if not self.ready():
            return "nobody (a node was coming back)"
        node = chance.choice(self.nodes)
        node.end()
        self._down.append(node)
        return "RabbitMQ node, killed"

    def close_connections(self, chance: Random) -> str:
        """Everybody is thrown out."""
        with suppress(subprocess.CalledProcessError):
            chance.choice(self.nodes).control("close_all_connections", "for the test")
        return "RabbitMQ, connections closed"

    def purge(self, chance: Random) -> str:
        """What waits on a queue is lost."""
        queue = chance.choice(("poll", "extract", "map", "load", "control"))
        with suppress(subprocess.CalledProcessError):
            chance.choice(self.nodes).control("purge_queue", queue)
        return "RabbitMQ, a queue purged"


@contextmanager
def rabbitmq(directory: Path, *, nodes: int = 1, tls: Pair | None = None) -> Iterator[RabbitMQ]:
    """Start it, and leave nothing behind; with a certificate its first node speaks TLS on a port of its own."""
    directory.mkdir(parents=True)
    password, cookie = secrets.token_urlsafe(16), secrets.token_hex(16)
    epmd, *ports = sorted({free_port() for _ in range(40)})[: 2 + 2 * nodes]
    tls_port, ports = ports[0], ports[1:]
    names = [f"mlc{ports[2 * each]}@localhost" for each in range(nodes)]
    cookie_file = directory / ".erlang.cookie"
    cookie_file.write_text(cookie)
    cookie_file.chmod(0o400)
    definitions = directory / "definitions.json"
    definitions.write_text(_definitions(password))
    made = []
    for each, name in enumerate(names):
        port, between = ports[2 * each : 2 * each + 2]
        lines = [f"listeners.tcp.1 = 127.0.0.1:{port}", "loopback_users = none", f"load_definitions = {definitions}"]
        lines += ["cluster_partition_handling = pause_minority", "log.console.level = warning"] if nodes > 1 else []
        if nodes > 1:
            lines += ["cluster_formation.peer_discovery_backend = classic_config"]
            lines += [
                f"cluster_formation.classic_config.nodes.{number + 1} = {one}" for number, one in enumerate(names)
            ]
        if tls is not None and each == 0:
            lines += [f"listeners.ssl.1 = 127.0.0.1:{tls_port}", "ssl_options.verify = verify_none"]
            lines += [f"ssl_options.{key} = {file}" for key, file in _files(tls).items()]
        place = directory / name
        place.mkdir()
        (place / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        made.append(Node(name=name, port=port, environment=_environment(directory, place, name, epmd, between)))
    with ExitStack() as stack:
        stack.enter_context(_epmd(epmd))
        for node in made:
            node.start()
            stack.callback(node.end)
        found = RabbitMQ(password=password, nodes=made, tls_port=tls_port)
        until(lambda: _alive(made) and found.ready(), "a RabbitMQ that answers", saw=lambda: _said(directory))
        if nodes > 1:
            until(lambda: made[0].control("cluster_status").count("@localhost") >= nodes, "a cluster")
        yield found


def _alive(nodes: Sequence[Node]) -> bool:
    assert all(node.process is not None and node.process.poll() is None for node in nodes), "RabbitMQ has ended"
    return True


def _said(directory: Path) -> str:
    return "\n".join(log.read_text(errors="replace")[-500:] for log in directory.glob("*.log"))


def _files(tls: Pair) -> dict[str, str]:
    return {"cacertfile": str(tls.cert), "certfile": str(tls.cert), "keyfile": str(tls.key)}


def _definitions(password: str) -> str:
    user = f'{{"name": "{USER}", "password": "{password}", "tags": ""}}'
    rights = f'{{"user": "{USER}", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}}'
    return f'{{"users": [{user}], "vhosts": [{{"name": "/"}}], "permissions": [{rights}]}}'


def _environment(directory: Path, place: Path, name: str, epmd: int, between: int) -> dict[str, str]:
    ours = {
        "HOME": str(directory),
        "ERL_FLAGS": "-start_epmd false",  # it would outlive the test
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RUNNING_UNDER_SYSTEMD": "1",  # no shell in between, which would die alone
        "RABBITMQ_NODENAME": name,
        "RABBITMQ_DIST_PORT": str(between),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(place / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(place / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(place / "mnesia"),
        "RABBITMQ_LOG_BASE": str(place / "log"),
        "RABBITMQ_LOGS": "-",
        # two cores are shared by all who test: Erlang would spin on each
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
    }
    return {**{key: value for key, value in os.environ.items() if key in {"PATH", "LANG"}}, **ours}


@contextmanager
def _epmd(port: int) -> Iterator[None]:
    """Where nodes find one another; one of the test's own, that ends with it."""
    command = dying_with_parent(
        [str(shutil.which("epmd")), "-port", str(port), "-address", "127.0.0.1"], on_orphaned=signal.SIGTERM
    )
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _listens(port), "epmd")
        yield
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
