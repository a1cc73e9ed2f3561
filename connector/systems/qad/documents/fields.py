"""The fields QAD's documents are made of. A value that cannot be read is named in half a sentence."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from connector.reading import fields

if TYPE_CHECKING:
    from collections.abc import Callable

#: more lines than any real document has; a payload with more is broken
MOST_LINES = 10_000
_A_DAY = re.compile(r"(?!\d{4}[/.-])\d{1,4}([/.-]?)\d{1,2}\1\d{1,4}([T ].*)?", re.ASCII)
_A_NUMBER = re.compile(r"[+-]?[\d.]*,[\d.,]*|[+-]?[\d.]+ or [+-]?\d+", re.ASCII)
V = TypeVar("V")


def _written(read: Callable[[object], V], like: re.Pattern[str], setting: str) -> Callable[[object], V]:
    """Read a value; where a setting of the connection is what is needed to read it, the complaint names that."""

    def reading(value: object) -> V:
        try:
            return read(value)
        except PydanticCustomError:
            if not isinstance(value, str) or not like.fullmatch(value.strip()):
                raise
            raise PydanticCustomError(
                "unreadable",
                "is {came}; only the connection's setting {setting} tells what that means",
                {"came": fields.seen(value), "setting": setting},
            ) from None

    return reading


_amount = _written(fields.amount, _A_NUMBER, "decimals (point or comma)")
_day = _written(fields.day, _A_DAY, "dates (mdy, dmy or ymd)")

#: None only where the connection does not read the column; what QAD leaves empty is blank or zero
CodeIfRead = Annotated[str | None, BeforeValidator(fields.code)]
Flag = Annotated[bool, BeforeValidator(fields.flag)]
SetFlag = Annotated[bool, BeforeValidator(fields.or_default(fields.flag, default=False))]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
AmountOrNone = Annotated[Decimal, BeforeValidator(fields.or_default(_amount, default=Decimal(0)))]
AmountIfRead = Annotated[Decimal | None, BeforeValidator(fields.or_default(_amount, default=Decimal(0)))]
Day = Annotated[dt.date | None, BeforeValidator(_day)]
