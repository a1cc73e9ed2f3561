"""How fast a backlog moves, and what a record of it costs."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.bench.beside import by_dlt
from tests.bench.deployment import AS_DLT, USUAL, deployment
from tests.bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.session import Session

#: 5 % of all writes are refused with 503 the first time
ONE_IN = 20
SLOW = 0.1
_PAIRS = 2
_RESTED = f", where ours rest {AS_DLT[0]} s after a 503"


def rates(taken: list[float]) -> dict[str, float]:
    """Return records a second until the last, and until that of which 5 % come later: those that were refused once.

    ``under_way`` leaves out the first and the last tenth: what reading takes before, and the end that is no full load.
    """
    most, tenth = int(len(taken) * 0.95), len(taken) // 10
    return {
        "to_the_last": len(taken) / taken[-1],
        "to_19_of_20": most / taken[most - 1],
        "under_way": (len(taken) - 2 * tenth) / (taken[-tenth - 1] - taken[tenth]),
    }


def at_once(session: Session) -> Iterator[Figure]:
    """Both systems answer at once: records a second, and what each costs."""
    bench, records = session.bench, session.records
    company = bench.company(invoices=records, rests=AS_DLT, refuses_one_in=ONE_IN)
    taken, spent = company.moved(records)
    each, speed = spent.a_record(records), rates(taken)
    usual = _usual(session)
    rival = by_dlt(bench, records, refuses_one_in=ONE_IN)
    yield Figure(what=f"records/s, 0 ms{_RESTED}", value=speed["to_the_last"], unit="/s", detail=speed)
    yield Figure(what="dlt, 0 ms", value=rival, unit="/s")
    yield from _against("0 ms", speed, rival, must=0.6, moonshot=1.0)
    yield from _resting("0 ms", usual, rival)
    yield Figure(what="CPU a record", value=each["cpu_ms"], unit="ms", must=6, moonshot=3.5, detail=each)
    for kind, value in sorted(each["cpu_ms_by_kind"].items()):
        yield Figure(what=f"... {kind}", value=value, unit="ms")
    yield Figure(what="transactions a record", value=each["transactions"])
    yield Figure(what="fsyncs a record", value=each["fsyncs"], must=0.5)
    yield Figure(what="WAL a record", value=each["wal_bytes"], unit="bytes")
    commands = each["redis_commands_by_name"]
    yield Figure(what="Redis commands a record", value=each["redis_commands"], must=2, detail=commands)
    yield Figure(what="messages a record", value=each["messages"], must=0.1)
    yield Figure(what="event publishes a record", value=each["published"])


def at_a_distance(session: Session) -> Iterator[Figure]:
    """Every answer takes 100 ms."""
    records = session.records
    company = session.bench.company(invoices=records, rests=AS_DLT, refuses_one_in=ONE_IN, seconds=SLOW)
    taken, _ = company.moved(records)
    speed, usual = rates(taken), _usual(session, seconds=SLOW)
    rival = by_dlt(session.bench, records, refuses_one_in=ONE_IN, seconds=SLOW)
    yield Figure(
        what=f"records/s, 100 ms, defaults of `up`{_RESTED}", value=speed["to_the_last"], unit="/s", detail=speed
    )
    yield Figure(what="dlt, 100 ms", value=rival, unit="/s")
    yield from _against("100 ms, defaults of `up`", speed, rival, must=1.5, moonshot=1.9)
    yield from _resting("100 ms, defaults of `up`", usual, rival)


def _against(what: str, speed: dict[str, float], rival: float | None, **wanted: float) -> Iterator[Figure]:
    """What was refused rests as long as dlt's: until the last, and without those."""
    whole, most = ((speed[until] / rival if rival else None) for until in ("to_the_last", "to_19_of_20"))
    same = {"ask_again_seconds": list(AS_DLT)}
    yield Figure(
        what=f"{what}: against dlt, both rest {AS_DLT[0]} s after a 503",
        value=whole,
        unit="times",
        more_is_better=True,
        detail=same,
        **wanted,
    )
    yield Figure(what="... until 19 of 20 are there", value=most, unit="times", more_is_better=True, detail=same)


def _usual(session: Session, **behaviour: object) -> dict[str, float]:
    """The same transfer where what was refused rests longer than dlt's."""
    company = session.bench.company(invoices=session.records, rests=USUAL, refuses_one_in=ONE_IN, **behaviour)
    return rates(company.moved(session.records)[0])


def _resting(what: str, speed: dict[str, float], rival: float | None) -> Iterator[Figure]:
    """Beside the compared figure: what the longer rest costs, all else being the same."""
    detail = {"ask_again_seconds": list(USUAL), **speed}
    whole = speed["to_the_last"]
    longer = f"{what}, where ours rest {USUAL[0]} s after a 503"
    yield Figure(what=f"records/s, {longer}", value=whole, unit="/s", detail=detail)
    against = whole / rival if rival else None
    yield Figure(
        what=f"{longer}: against dlt, whose rest {AS_DLT[0]} s",
        value=against,
        unit="times",
        more_is_better=True,
        detail=detail,
    )


def sixteen(session: Session) -> Iterator[Figure]:
    """Every answer takes 100 ms, and 16 processes load."""
    session.leave()
    records = session.records
    speed = _with_loads(16, records)
    yield Figure(what="records/s, 100 ms, 16 load processes", value=speed["to_the_last"], unit="/s", detail=speed)


def second(session: Session) -> Iterator[Figure]:
    """Every answer takes 100 ms, and one process loads; then two; and again, as the machine is not always as fast."""
    session.leave()
    pairs = [tuple(_with_loads(loads, 2 * session.records) for loads in (1, 2)) for _ in range(_PAIRS)]
    times = {name: statistics.mean(two[name] / one[name] for one, two in pairs) for name in pairs[0][0]}
    yield Figure(
        what="second load process, 100 ms, under way",
        value=times["under_way"],
        unit="times",
        must=1.8,
        moonshot=1.95,
        more_is_better=True,
        detail={"pairs": pairs},
    )
    yield Figure(
        what="... with the reading before", value=times["to_19_of_20"], unit="times", more_is_better=True, detail=times
    )


def _with_loads(loads: int, records: int) -> dict[str, float]:
    with deployment(loads=loads) as bench:
        taken, _ = bench.company(invoices=records, seconds=SLOW).moved(records)
    return rates(taken)
