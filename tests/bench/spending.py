"""What work costs, counted where nobody can be fooled: CPU by kind of process, the servers' own counters."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import redis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TICK = os.sysconf("SC_CLK_TCK")
_COUNTERS = """
SELECT (SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database)::bigint AS transactions,
       (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal')::bigint AS fsyncs,
       (pg_current_wal_lsn() - '0/0')::bigint AS wal_bytes
"""
#: what asks and answers a benchmark's own questions is not the product's work
_NOT_OURS = frozenset({"info", "auth", "hello", "client|setinfo", "client|setname"})


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What everything together had spent at a moment, or spent between two."""

    seconds: float
    #: CPU seconds by kind of process
    cpu: Mapping[str, float]
    #: transactions, fsyncs, wal_bytes
    postgres: Mapping[str, int]
    #: calls by command
    redis: Mapping[str, int]

    def __sub__(self, before: Spent) -> Spent:
        return Spent(
            seconds=self.seconds - before.seconds,
            cpu={kind: value - before.cpu.get(kind, 0) for kind, value in self.cpu.items()},
            postgres={name: value - before.postgres[name] for name, value in self.postgres.items()},
            redis={name: value - before.redis.get(name, 0) for name, value in self.redis.items()},
        )

    def a_record(self, records: int) -> dict[str, Any]:
        """Return each figure for one record; of Redis' commands those that there were."""
        kinds = {kind: round(1000 * value / records, 2) for kind, value in self.cpu.items()}
        commands = {name: round(calls / records, 2) for name, calls in sorted(self.redis.items()) if calls}
        return {
            "cpu_ms": round(sum(kinds.values()), 2),
            "cpu_ms_by_kind": kinds,
            "transactions": round(self.postgres["transactions"] / records, 2),
            "fsyncs": round(self.postgres["fsyncs"] / records, 2),
            "wal_bytes": round(self.postgres["wal_bytes"] / records),
            "redis_commands": round(sum(self.redis.values()) / records, 2),
            "redis_commands_by_name": commands,
            "messages": round(self.redis.get("lpush", 0) / records, 2),
            "published": round(self.redis.get("publish", 0) / records, 2),
        }


@dataclass(kw_only=True)
class Meter:
    """Reads the counters of a stack."""

    #: main processes by their names
    mains: Mapping[str, int]
    database_url: str
    broker_url: str
    _looking: psycopg.Connection[Any] | None = field(default=None, repr=False)

    def now(self) -> Spent:
        """Return what was spent until now."""
        return Spent(seconds=time.monotonic(), cpu=dict(self._cpu()), postgres=self._postgres(), redis=self._redis())

    def close(self) -> None:
        """Leave the server."""
        if self._looking is not None:
            self._looking.close()

    def _cpu(self) -> Iterator[tuple[str, float]]:
        for name, pid in self.mains.items():
            alive = sum(sum(used(child)) for child in children_of(pid))
            own, buried = used(pid)
            if name.startswith("worker-"):
                yield f"{name.removeprefix('worker-')} main", own
                yield f"{name.removeprefix('worker-')} children", alive + buried
            else:
                yield name, own + alive + buried

    def _postgres(self) -> dict[str, int]:
        if self._looking is None:
            self._looking = psycopg.connect(self.database_url.replace("+psycopg", ""), autocommit=True)
        cursor = self._looking.execute(_COUNTERS)
        found = cursor.fetchone()
        assert found is not None
        assert cursor.description is not None
        return {column.name: int(value) for column, value in zip(cursor.description, found, strict=True)}

    def _redis(self) -> dict[str, int]:
        with redis.Redis.from_url(self.broker_url) as client:
            info: dict[str, Any] = client.info("commandstats")  # type: ignore[assignment]  # not awaited here
        called = {name.removeprefix("cmdstat_"): counted["calls"] for name, counted in info.items()}
        return {name: calls for name, calls in called.items() if name not in _NOT_OURS}


def used(pid: int) -> tuple[float, float]:
    """Return the CPU seconds that a process took itself, and those of its children that have ended."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    own, buried = after_name[11:13], after_name[13:15]
    return sum(map(int, own)) / _TICK, sum(map(int, buried)) / _TICK


def children_of(pid: int) -> Iterator[int]:
    """Yield the processes below this one, whatever their generation."""
    try:
        found = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in found:
        yield child
        yield from children_of(child)


def memory_of(pid: int) -> int:
    """Return the bytes that are a process' own: what it shares with those it was forked from does not count."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
