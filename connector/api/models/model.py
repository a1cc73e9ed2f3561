"""What all of them have in common."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
)

#: an amount: as text, so that nothing is lost of it on the way
Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:f}", return_type=str),
    Field(json_schema_extra={"example": "1206.94"}),
]

_FIRST, _LAST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


def _spelled(value: object) -> object:
    """No number of seconds is a moment: nobody sees which one."""
    if isinstance(value, str) and "T" in value.upper():
        return value
    raise ValueError("write a moment as 2026-11-01T08:00:00+01:00")


def _within(at: dt.datetime) -> dt.datetime:
    """Nothing of ours is older or newer, so that whoever asks for what is means all there is."""
    return min(max(at, _FIRST), _LAST)


def _whole(value: object) -> object:
    """218.0 is a whole number to JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: a moment with its offset
Moment = Annotated[
    AwareDatetime, BeforeValidator(_spelled), AfterValidator(_within), Field(examples=["2026-11-01T00:00:00Z"])
]


#: <integration>/<flow>
FlowName = Annotated[str, Field(max_length=200, pattern=r"^[^/]+/[^/]+$", examples=["acme/qad_invoices_to_jaggaer"])]

#: in a body: true or false, and a whole number, and nothing that is taken for one
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict(), BeforeValidator(_whole)]
UpToAMillion = Annotated[int, Strict(), Field(ge=1, le=1_000_000), BeforeValidator(_whole)]


class Model(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    @classmethod
    def told(cls, found: object) -> Self:
        """What is told of something."""
        return cls.model_validate(found)


class Asking(BaseModel):
    """Part of a request: what is not described is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)
