"""Redis twice, and three Sentinels that watch over it: real processes, of which any may be killed."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import redis

from connector.embedded import redis_programs
from connector.embedded.parent_death import dying_with_parent
from connector.embedded.places import free_port
from connector.embedded.redis import RIGHTS
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from random import Random

    from tests.certificates import Pair

MASTER = "payables"
_OPERATOR = "operator"
#: milliseconds until a server that says nothing is down, and until a failover that came to nothing is tried again
_DOWN, _AGAIN = 1000, 6000


@dataclass(kw_only=True, eq=False)
class Server:
    """A process of redis-server, which comes back with the same port and files."""

    home: Path
    port: int
    lines: Mapping[str, str]
    sentinel: bool = False
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Be there; what a Sentinel has written into its file counts from then on."""
        file = self.home / "server.conf"
        if not file.exists():
            self.home.mkdir(parents=True)
            file.write_text("".join(f"{name} {value}\n" for name, value in self.lines.items()))
        options = ["--sentinel"] if self.sentinel else []
        command = dying_with_parent([str(redis_programs.server()), str(file), *options], on_orphaned=signal.SIGTERM)
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.home, process_group=0)

    def end(self, how: signal.Signals) -> None:
        """Be gone."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, how)
            self.process.wait()
            self.process = None


@dataclass(kw_only=True)
class Sentinels:
    """The deployment, and what can be done to it."""

    url: str
    password: str
    redis: list[Server]
    sentinels: list[Server]
    #: what it takes to speak to any of them
    tls: Mapping[str, Any]
    #: those who were killed, until the next look
    _down: list[Server] = field(default_factory=list)

    def client(self, server: Server) -> Any:
        """Somebody who may do everything there."""
        login = {"password": self.password} if server.sentinel else {"username": _OPERATOR, "password": self.password}
        return redis.Redis(host="127.0.0.1", port=server.port, socket_timeout=2, **login, **self.tls)

    def primary(self) -> Server | None:
        """The server that most Sentinels name, when there is one."""
        named: list[int] = []
        for one in self.sentinels:
            with suppress(redis.RedisError), self.client(one) as client:
                named.append(int(client.sentinel_get_master_addr_by_name(MASTER)[1]))
        most = [server for server in self.redis if named.count(server.port) * 2 > len(self.sentinels)]
        return most[0] if most else None

    def replicated(self) -> bool:
        """Whether the first server has a replica that follows."""
        with suppress(redis.RedisError), self.client(self.redis[0]) as client:
            return bool(client.info("replication").get("slave0", {}).get("state") == "online")
        return False

    def ready(self) -> bool:
        """Whether a primary answers, its replica follows, and each Sentinel knows the others."""
        try:
            primary = self.primary()
            if primary is None:
                return False
            with self.client(primary) as client:
                if client.role()[0] != b"master" or not client.info("replication").get("connected_slaves"):
                    return False
            for one in self.sentinels:
                with self.client(one) as client:
                    known = client.sentinel_master(MASTER)
                    if int(known["num-other-sentinels"]) != len(self.sentinels) - 1 or int(known["num-slaves"]) < 1:
                        return False
        except redis.RedisError:
            return False
        return True

    def tend(self) -> None:
        """Bring back who was killed, once somebody else is the primary: sooner, and nothing would have failed over."""
        primary = self.primary() if self._down else None
        for server in list(self._down):
            if server.sentinel or (primary is not None and primary is not server):
                server.start()
                self._down.remove(server)

    def ways(self) -> dict[str, int]:
        """What can be done, and how often it is chosen."""
        return {"kill_primary": 3, "fail_over": 2, "kill_sentinel": 1, "flush": 1}

    def kill_primary(self, _: Random) -> str:
        """The primary dies with what it has not passed on."""
        if (primary := self._whole()) is None:
            return "nobody (still failing over)"
        primary.end(signal.SIGKILL)
        self._down.append(primary)
        return "Redis primary, killed"

    def fail_over(self, _: Random) -> str:
        """The primary is made a replica, as for maintenance."""
        if self._whole() is None:
            return "nobody (still failing over)"
        with suppress(redis.RedisError), self.client(self.sentinels[0]) as client:
            client.sentinel_failover(MASTER)
            return "Redis, failed over on request"
        return "nobody (no failover now)"

    def kill_sentinel(self, chance: Random) -> str:
        """One of those who watch dies."""
        one = chance.choice(self.sentinels)
        one.end(signal.SIGKILL)
        self._down.append(one)
        return "Sentinel, killed"

    def flush(self, _: Random) -> str:
        """Everything in Redis is lost."""
        primary = self.primary()
        if primary is not None:
            with suppress(redis.RedisError), self.client(primary) as client:
                client.flushall()
        return "Redis, FLUSHALL"

    def _whole(self) -> Server | None:
        return self.primary() if not self._down and self.ready() else None


@contextmanager
def sentinels(directory: Path, *, tls: Pair | None = None) -> Iterator[Sentinels]:
    """Start them, and leave nothing behind; with a certificate they speak TLS and nothing else."""
    password = secrets.token_urlsafe(16)
    ports = sorted({free_port() for _ in range(20)})[:5]
    shared = {"requirepass": password, "user default": f"on >{password} {RIGHTS}"}
    shared |= {f"user {_OPERATOR}": f"on >{password} ~* &* +@all", "masteruser": _OPERATOR, "masterauth": password}
    shared |= {"save": '""', "appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}
    shared |= {"repl-diskless-sync-delay": "0"}
    replica = {"replicaof": f"127.0.0.1 {ports[0]}"}
    watches = {
        "requirepass": password,
        "sentinel sentinel-pass": password,
        "sentinel monitor": f"{MASTER} 127.0.0.1 {ports[0]} 2",
        "sentinel auth-user": f"{MASTER} {_OPERATOR}",
        "sentinel auth-pass": f"{MASTER} {password}",
        "sentinel down-after-milliseconds": f"{MASTER} {_DOWN}",
        "sentinel failover-timeout": f"{MASTER} {_AGAIN}",
    }
    lines = [shared, shared | replica, watches, watches, watches]
    servers = [
        Server(
            home=directory / f"server-{port}", port=port, lines=_listening(port, tls) | asked, sentinel=asked is watches
        )
        for port, asked in zip(ports, lines, strict=True)
    ]
    hosts = ";".join(f"127.0.0.1:{one.port}" for one in servers if one.sentinel)
    scheme = "sentinels" if tls else "sentinel"
    made = Sentinels(
        url=f"{scheme}://:{password}@{hosts}/0?master_name={MASTER}&sentinel_password={password}",
        password=password,
        redis=servers[:2],
        sentinels=servers[2:],
        tls={"ssl": True, "ssl_ca_certs": str(tls.cert)} if tls else {},
    )
    with ExitStack() as stack:
        for server in servers:
            if server is made.sentinels[0]:  # one that knows a replica late looks for it every ten seconds
                until(made.replicated, "a replica that follows")
            server.start()
            stack.callback(server.end, signal.SIGKILL)
        until(made.ready, "Sentinels that know one another")
        yield made


def _listening(port: int, tls: Pair | None) -> dict[str, str]:
    if tls is None:
        return {"bind": "127.0.0.1", "port": str(port)}
    files = {"tls-cert-file": str(tls.cert), "tls-key-file": str(tls.key), "tls-ca-cert-file": str(tls.cert)}
    return {"bind": "127.0.0.1", "port": "0", "tls-port": str(port), "tls-replication": "yes", **files} | {
        "tls-auth-clients": "no"
    }
