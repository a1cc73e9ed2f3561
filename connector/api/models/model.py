"""What all of them have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

#: an amount: as text, so that nothing is lost of it on the way
Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:f}", return_type=str),
    Field(json_schema_extra={"example": "1206.94"}),
]


class Model(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    @classmethod
    def of(cls, found: object) -> Self:
        """What is told of something."""
        return cls.model_validate(found)


class Asking(BaseModel):
    """Part of a request: what is not described is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


def example(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a field holds
    """An example for the description."""
    return {"example": values}
