"""How single values of a cXML document are read: numbers without zeros that mean nothing, days of moments."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from connector.reading import fields


def amount(value: object) -> Decimal:
    """An exact number; 10 and 10.00 are the same one."""
    number = fields.amount(value)
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else Decimal(text)


AmountOrNone = Annotated[Decimal | None, BeforeValidator(fields.or_default(amount, default=None))]
Day = Annotated[dt.date | None, BeforeValidator(fields.day)]
