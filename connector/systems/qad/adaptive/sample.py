"""What a sample of rows says about how the instance writes days and numbers, where that needs a setting.

All entities are one instance, so what any of them shows counts for all: ``13/09/2026`` in one tells how ``12/09/2026``
in another is meant.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.domain.exchange import EntityCheck, Verdict
from connector.systems.qad import formats
from connector.systems.qad.adaptive.names import MODIFIED_DATE
from connector.systems.qad.formats import Decimals, Order
from connector.systems.qad.shapes import ColumnKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from connector.systems.qad.adaptive.names import Entity
    from connector.systems.qad.formats import Formats

Texts = dict[str, str]
#: a sampled day further from today than this is one read in the wrong order
_LIKELY = dt.timedelta(days=3660)
_ORDERS = (Order.MDY, Order.DMY, Order.YMD)


class Sample:
    """Collects the days and numbers of the rows that ping reads."""

    def __init__(self, written: Formats) -> None:
        self._written = written
        #: entity -> text -> the column it was first seen in
        self._days: dict[str, Texts] = {}
        self._numbers: dict[str, Texts] = {}

    def add(self, entity: Entity, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take the rows of one entity."""
        columns = {column: _kind(ours) for ours, column in (*entity.fields.items(), *entity.lines.items())}
        for row in rows:
            for column, kind in columns.items():
                text = row.get(column)
                if not isinstance(text, str) or not text.strip():
                    continue
                if kind is ColumnKind.DAY and Order.ISO not in formats.days(text):
                    self._days.setdefault(entity.name, {}).setdefault(text.strip(), column)
                if kind is ColumnKind.AMOUNT and any(formats.number(text, one) is None for one in (None, *Decimals)):
                    self._numbers.setdefault(entity.name, {}).setdefault(text.strip(), column)

    def checks(self) -> list[EntityCheck]:
        """One line for each entity whose days or numbers need a setting, with what it should be."""
        written = self._written
        return [
            *_checks("dates", self._days, written.dates, _orders(self._days), formats.day),
            *_checks("decimals", self._numbers, written.decimals, _signs(self._numbers), formats.number),
        ]


def _kind(ours: str) -> ColumnKind:
    return ColumnKind.DAY if ours == MODIFIED_DATE else kind_of(ours)


def _orders(seen: Mapping[str, Texts]) -> list[str]:
    """In which orders every sampled day is one, and a likely one if there is such an order."""
    today = dt.datetime.now(dt.UTC).date()
    every = [formats.days(text) for texts in seen.values() for text in texts]
    fitting = [order for order in _ORDERS if all(order in days for days in every)]
    likely = [order for order in fitting if all(abs(days[order] - today) < _LIKELY for days in every)]
    return [order.value for order in likely or fitting]


def _signs(seen: Mapping[str, Texts]) -> list[str]:
    every = [text for texts in seen.values() for text in texts]
    return [one.value for one in Decimals if all(formats.number(text, one) is not None for text in every)]


def _checks(
    setting: str,
    seen: Mapping[str, Texts],
    chosen: Any,  # noqa: ANN401 - what the reader takes
    possible: list[str],
    read: Callable[[str, Any], object],
) -> Iterable[EntityCheck]:
    for entity, texts in seen.items():
        unread = next((text for text in texts if read(text, chosen) is None), None)
        if chosen is None and unread is None and setting == "decimals":
            continue  # every number tells itself how it is meant
        text = unread or next(iter(texts))
        example = f"{text} ({texts[text]})"
        verdict = Verdict.UNCERTAIN
        if chosen is not None and unread is None:
            verdict, said = Verdict.FOUND, f"{example} is read as {read(text, chosen)}, by {setting}: {chosen.value}."
        elif chosen is not None:
            seems = f"; these rows look like {setting}: {possible[0]}" if len(possible) == 1 else ""
            said = f"{example} is not {setting}: {chosen.value}{seems}. Correct that setting of the connection."
        elif len(possible) == 1:
            said = (
                f"{example} and the other rows look like {setting}: {possible[0]}. Set that for the connection; "
                "until then what can be read in two ways is refused."
            )
        else:
            said = (
                f"These rows do not tell how {example} is meant. Set {setting} of the connection to "
                f"{' or '.join(possible or _all(setting))}; until then what can be read in two ways is refused."
            )
        yield EntityCheck(entity=entity, path=setting, verdict=verdict, detail=said)


def _all(setting: str) -> list[str]:
    return [one.value for one in (_ORDERS if setting == "dates" else Decimals)]
