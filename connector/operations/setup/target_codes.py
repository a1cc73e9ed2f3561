"""The target's own codes, asked for now and known for a while, so that a code is chosen instead of typed."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from connector import registry
from connector.domain.code_list import CodeList, FewCodes
from connector.domain.errors import ConfigurationError
from connector.domain.exchange import Query
from connector.operations import jobs
from connector.operations.setup import crosswalks, integrations
from connector.operations.setup.stopping import usable
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from connector.operations.operator import Operator

KIND = "target codes"
#: told how many are read, of how many, and what is done
Say: TypeAlias = "Callable[[int, int | None, str], None]"
#: what was asked is good for so long; and asking takes so long, and brings so many, at most
_GOOD_FOR, _SECONDS, _MOST = dt.timedelta(minutes=15), 120.0, 20_000


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What is known of the target's own codes for a table."""

    #: what people call the target's system
    system: str
    #: whether it can be asked for them at all
    listed: bool = False
    codes: Sequence[tuple[str, str]] = ()
    #: None: it was not asked lately
    asked_at: dt.datetime | None = None
    #: why it did not say them, when it was asked
    why: str = ""
    #: whether a row may only say one of these, and all of them are here
    closed: bool = False
    #: a job that asks it
    asking: UUID | None = None

    def lacks(self, code: str) -> bool:
        """Whether the target is known not to have this code."""
        return self.closed and code.casefold() not in {one.casefold() for one, _ in self.codes}


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where the codes of a table stand."""

    of: CodeList | FewCodes | None
    connection: str
    system: str
    changed_at: dt.datetime | None

    def about(self, integration: str, table: str) -> str:
        return f"Which codes of {table} of {integration} {self.system} has"


def known(operator: Operator, integration: str | None, table: str) -> Choices:
    """What the target said of its codes lately; asks nothing."""
    place, name = _place(operator, integration, table)
    if isinstance(place.of, FewCodes):
        return Choices(system=place.system, listed=True, codes=place.of.codes, closed=True)
    if place.of is None:
        return Choices(system=place.system)
    since = max(dt.datetime.now(dt.UTC) - _GOOD_FOR, place.changed_at or dt.datetime.min.replace(tzinfo=dt.UTC))
    job = jobs.latest(operator, kind=KIND, about=place.about(name, table), since=since)
    if job is None or job.status in {"stopped", "broken off"}:
        return Choices(system=place.system, listed=True)
    if job.under_way:
        return Choices(system=place.system, listed=True, asking=job.id)
    if job.result is None:
        return Choices(system=place.system, listed=True, asked_at=job.ended_at, why=job.error)
    said = jobs.result(operator, job) or {}
    codes = tuple((code, label) for code, label in said["codes"])
    return Choices(
        system=place.system,
        listed=True,
        codes=codes,
        asked_at=job.ended_at,
        closed=bool(said["whole"] and codes) and not place.of.others,
    )


def ask(operator: Operator, integration: str | None, table: str, *, place: str = "") -> UUID:
    """Begin to ask the target for them; raises what ``reader`` does."""
    where, name = _place(operator, integration, table)
    read = _reader(operator, where, table)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        return read(job.say)

    return jobs.begin(operator, KIND, where.about(name, table), work, place=place)


def read(operator: Operator, integration: str | None, table: str) -> dict[str, Any]:
    """Ask the target now and wait for it; returns and raises what ``reader`` does."""
    return reader(operator, integration, table)(lambda _done, _of, _said: None)


def reader(operator: Operator, integration: str | None, table: str) -> Callable[[Say], dict[str, Any]]:
    """What asks the target and returns its codes, with what each is called, and whether they are all of them.

    Raises UnknownName, and ConfigurationError where the target has no such list, or its connection is stopped.
    """
    where, _ = _place(operator, integration, table)
    return _reader(operator, where, table)


def _reader(operator: Operator, where: _Place, table: str) -> Callable[[Say], dict[str, Any]]:
    of = where.of
    if isinstance(of, FewCodes):
        few = of.codes
        return lambda _: {"codes": few, "whole": True}
    if of is None:
        raise ConfigurationError(f"{where.system} has no list of the codes of {table} that it could be asked for.")
    usable(operator, where.connection)

    def read(say: Say) -> dict[str, Any]:
        found, whole = dict[str, str](), False
        until = time.monotonic() + _SECONDS
        say(0, None, f"asking {where.system}")
        for page in operator.application.source(where.connection).pages(Query(entity=of.entity)):
            found.update(one for row in page.rows if (one := of.code(row.payload)))
            say(len(found), None, f"codes of {where.system}")
            whole = page.next is None and page.everything
            if len(found) >= _MOST or time.monotonic() > until:
                break
        return {"codes": sorted(found.items())[:_MOST], "whole": whole and len(found) <= _MOST}

    return read


def _place(operator: Operator, integration: str | None, table: str) -> tuple[_Place, str]:
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        rows = {row.name: row for row in ledger.flows.list_(tx, of.name)}
        looking = [
            flow for flow in registry.flows(of.kind).values() if flow.crosswalks is None or table in flow.crosswalks
        ]
        if not looking:
            crosswalks.require_table(of.kind, table)
        target = next((rows[flow.name].target for flow in looking if flow.name in rows), of.target)
        connection = ledger.connections.named(tx, target)
    found = next((flow.code_lists[table] for flow in looking if table in flow.code_lists), None)
    place = _Place(
        of=found,
        connection=connection.name,
        system=registry.system(connection.system).title,
        changed_at=connection.updated_at,
    )
    return place, of.name
