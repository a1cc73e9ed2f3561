"""Reading what a client sent, field by field, with words for whatever is not as it must be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_LARGEST, _FINEST = 15, 20  # powers of ten: the size of a number, and its decimals
_DIGITS: Final = re.compile(r"-?\d{1,15}(\.\d{1,20})?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


class RefusedError(Exception):
    """The request is understood and not accepted: returnCode 2, and the message is the reason."""


class DuplicateError(RefusedError):
    """... because it is there already."""


@dataclass(frozen=True, kw_only=True)
class Money:
    """An amount in a currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Node:
    """One JSON object and where it stands, for the sentences: ``invoiceOcrHeader.supplier``."""

    content: Mapping[str, Any]
    where: str

    def only(self, *names: str) -> None:
        """Refuse fields that do not exist here, as a strict JSON reader does, and fields that are null."""
        for name, value in self.content.items():
            if name not in names:
                raise RefusedError(f'Unrecognized field "{name}" in {self.where}; known are {", ".join(names)}.')
            if value is None:
                raise RefusedError(f"{self.where}.{name} is null; a value that is absent must be left out.")

    def has(self, name: str) -> bool:
        """Whether the field was sent."""
        return name in self.content

    def node(self, name: str) -> Node:
        """Read an object that must be there."""
        value = self._required(name)
        if not isinstance(value, Mapping):
            raise RefusedError(f"{self.where}.{name} must be an object, not {_kind(value)}.")
        return Node(value, f"{self.where}.{name}")

    def text(self, name: str) -> str:
        """Read a text that must be there and say something."""
        value = self._required(name)
        if not isinstance(value, str):
            raise RefusedError(f"{self.where}.{name} must be a string, not {_kind(value)}.")
        if not value.strip():
            raise RefusedError(f"{self.where}.{name} is missing.")
        if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\t\r\n" for sign in value):
            raise RefusedError(f"{self.where}.{name} holds characters that are no text.")
        return value

    def maybe_text(self, name: str) -> str | None:
        """Read a text that may be absent."""
        return self.text(name) if self.has(name) else None

    def number(self, name: str) -> Decimal:
        """Read a JSON number that must be there; a number in quotes is a string."""
        value = self._required(name)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise RefusedError(f"{self.where}.{name} must be a number, not {_kind(value)}.")
        number = Decimal(value)
        if number.adjusted() > _LARGEST or -int(number.as_tuple().exponent) > _FINEST:
            raise RefusedError(f"{self.where}.{name} is out of range.")
        return number

    def whole(self, name: str) -> int:
        """Read a number without a fraction that must be there."""
        value = self.number(name)
        if value != value.to_integral_value():
            raise RefusedError(f"{self.where}.{name} must be a whole number, not {value}.")
        return int(value)

    def flag(self, name: str) -> bool:
        """Read a boolean as this system writes it: the string "true" or "false"."""
        value = self._required(name)
        if value not in {"true", "false"}:
            raise RefusedError(f'{self.where}.{name} must be "true" or "false" as a string.')
        return bool(value == "true")

    def instant(self, name: str) -> str:
        """Read a date and time as this system writes it: ``2026-01-31T00:00:00.000Z``."""
        value = self.text(name)
        if not _INSTANT.fullmatch(value):
            raise RefusedError(f"{self.where}.{name} must be written YYYY-MM-DDThh:mm:ss.SSSZ, not {value}.")
        return value

    def money(self, name: str, shape: str = "money") -> Money:
        """Read an amount as the import takes it, ``{"currency", "money"}``; what a read answers is shaped otherwise.

        ``shape`` is what this tenant takes instead: value, or a number or text, which have no currency.
        """
        value = self._required(name)
        if shape == "number":
            return Money(currency="", amount=self.number(name))
        if shape == "text":
            if not _DIGITS.fullmatch(self.text(name)):
                raise RefusedError(f"{self.where}.{name} must be an amount in digits, not {value}.")
            return Money(currency="", amount=Decimal(value))
        if not isinstance(value, Mapping) or set(value) != {"currency", shape}:
            raise RefusedError(f'{self.where}.{name} must be an amount {{"currency", "{shape}"}}.')
        node = Node(value, f"{self.where}.{name}")
        if not _CURRENCY.fullmatch(node.text("currency")):
            raise RefusedError(f"{node.where}.currency must be an ISO currency code, not {value['currency']}.")
        return Money(currency=node.text("currency"), amount=node.number(shape))

    def rows(self, name: str, item: str) -> tuple[Node, ...]:
        """Read a wrapped list, ``{name: {item: [...]}}``; absent, or an empty wrapper, is an empty list."""
        if not self.has(name):
            return ()
        wrapper = self.node(name)
        wrapper.only(item)
        listed = wrapper.content.get(item, [])
        if not isinstance(listed, list):
            raise RefusedError(f"{wrapper.where}.{item} must be a list, not {_kind(listed)}.")
        rows = [Node(row, f"{item}[{number}]") for number, row in enumerate(listed, start=1)]
        for row in rows:
            if not isinstance(row.content, Mapping):
                raise RefusedError(f"{row.where} must be an object, not {_kind(row.content)}.")
        return tuple(rows)

    def _required(self, name: str) -> Any:  # noqa: ANN401  whatever JSON holds; each reader says what it takes
        value = self.content.get(name)
        if value is None:
            raise RefusedError(f"{self.where}.{name} is missing.")
        return value


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    return {str: "a string", int: "a number", Decimal: "a number", list: "a list"}.get(type(value), "an object")
