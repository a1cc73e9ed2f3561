"""How single values of a payload are read: tolerant of spelling, strict about meaning, careful about what is shown.

Each reader takes whatever came and returns the value or raises an error whose words complete the sentence
"<field> ...". Codes, amounts, dates and flags are shown shortened; names, addresses and free text never are.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from enum import StrEnum

LONGEST_CODE = 200
LONGEST_PROSE = 4_000
_LONGEST_SHOWN = 40
#: Financials store decimal(4), operational tables decimal(10); fifteen digits before the point is far beyond both
_MOST_DIGITS = 15
_MOST_DECIMALS = 12
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
#: what nearly all amounts are
_PLAIN_NUMBER = re.compile(rf"-?\d{{1,{_MOST_DIGITS}}}(?:\.\d{{1,{_MOST_DECIMALS}}})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][0-9:.,]+(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_YES = frozenset({"true", "yes"})
_NO = frozenset({"false", "no"})
_FORMAT = "Cf"  # invisible: joiners, soft hyphens, byte order marks
_UNWRITABLE = frozenset({"Cc", "Cs"})  # control characters, and halves of characters that UTF-8 cannot write
_UNREADABLE = _UNWRITABLE | {"Co", "Cn"}  # in a code also what no font shows
#: make a text read differently than it is
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})

E = TypeVar("E", bound="StrEnum")
V = TypeVar("V")


def shortened(value: object) -> str:
    """A code or number as a sentence may show it: quoted if text, at most 40 characters, nothing invisible."""
    text = str(value) if isinstance(value, (str, int, Decimal)) else type(value).__name__
    clean = "".join(sign if sign.isprintable() else "?" for sign in text[: _LONGEST_SHOWN + 1])
    cut = f"{clean[:_LONGEST_SHOWN]}..." if len(clean) > _LONGEST_SHOWN else clean
    return f'"{cut}"' if isinstance(value, str) else cut


def seen(value: object) -> str:
    """Say what came, in words for a person."""
    match value:
        case None | "":
            words = "nothing"
        case bool():
            words = "true" if value else "false"
        case int() if abs(value) >= 10**_LONGEST_SHOWN:
            words = "a number of more than 40 digits"  # Python itself refuses to spell a huge one
        case str() | int() | Decimal():
            words = shortened(value)
        case float():
            words = "a number that went through binary floating point"
        case Mapping():
            words = "a set of named fields"
        case list() | tuple():
            words = "a list"
        case _:
            words = f"a value of type {type(value).__name__}"
    return words


def _wrong(came: str, expected: str) -> PydanticCustomError:
    return PydanticCustomError(
        "unreadable", "is {came}, but {expected} is expected", {"came": came, "expected": expected}
    )


def _text(value: object, *, longest: int, expected: str, refused: frozenset[str], shown: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < 10**_MOST_DIGITS and value == int(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_LONGEST_SHOWN:
        return str(value)
    if not isinstance(value, str):
        raise _wrong(seen(value) if shown else "not a text", expected)
    if len(value) > longest:
        raise _wrong(f"a text of {len(value)} characters", f"a text of at most {longest}")
    if value.isprintable():  # nothing but blanks and signs that can be seen
        return value
    for place, sign in enumerate(value, start=1):
        if unicodedata.category(sign) in refused and not sign.isspace():
            came = f"{shortened(value)} with" if shown else "a text with"
            raise _wrong(f"{came} an unreadable character (U+{ord(sign):04X}) at position {place}", "text without any")
    return value


def _identifier(value: object, *, shown: bool) -> str:
    return _text(value, longest=LONGEST_CODE, expected="a code", refused=_UNREADABLE, shown=shown)


def code(value: object) -> str:
    """A code or identifier: trimmed, inner white space made plain, invisible characters dropped; blank when absent."""
    text = value if _is_plain(value, LONGEST_CODE) else _visible(_identifier(value, shown=True))
    return " ".join(text.split())


def as_written(value: object) -> str:
    """An identifier somebody else gave: trimmed, otherwise as they wrote it but for what cannot be seen."""
    if _is_plain(value, LONGEST_CODE):
        return value.strip()
    text = _visible(_identifier(value, shown=True))
    return (text if text.isprintable() else "".join(" " if sign.isspace() else sign for sign in text)).strip()


def _is_plain(value: object, longest: int) -> TypeGuard[str]:
    """Whether it is what nearly all texts are: printable ASCII, in which nothing is to be looked for."""
    return type(value) is str and value.isascii() and value.isprintable() and len(value) <= longest


def _visible(text: str) -> str:
    return text if text.isprintable() else "".join(sign for sign in text if unicodedata.category(sign) != _FORMAT)


def private(value: object) -> str:
    """A code that is somebody's: read like a code, never shown."""
    return code(_identifier(value, shown=False))


def key(value: object) -> str:
    """A code that must be there."""
    text = code(value)
    if not text:
        raise _wrong("empty", "a code")
    return text


def prose(value: object) -> str:
    """Free text on one line, without signs that turn its direction; never shown in an error."""
    if _is_plain(value, LONGEST_PROSE):
        return " ".join(value.split())
    if not isinstance(value, (str, int, Decimal, type(None))) or isinstance(value, bool):
        raise _wrong(seen(value), "a text")
    text = _text(value, longest=LONGEST_PROSE, expected="a text", refused=_UNWRITABLE, shown=False)
    if not text.isprintable():
        text = "".join(sign for sign in text if unicodedata.bidirectional(sign) not in _TURNING)
    return " ".join(text.split())


def flag(value: object) -> bool:
    """A logical: JSON true or false, or the words true, false, yes, no."""
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) and len(value) <= _LONGEST_SHOWN else ""
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _wrong(seen(value), "true or false")


def amount(value: object) -> Decimal:
    """An exact number with at most 15 digits before and 12 after the decimal point."""
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value):
        return Decimal(value) or Decimal(0)
    if isinstance(value, str) and len(value) <= _LONGEST_SHOWN and _NUMBER.fullmatch(value.strip()):
        number = Decimal(value.strip())
    elif isinstance(value, Decimal):
        number = value
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_MOST_DIGITS:
        number = Decimal(value)
    else:
        raise _wrong(seen(value), "a decimal number")
    if not number.is_finite():
        raise _wrong(seen(value), "a decimal number")
    if number and number.adjusted() >= _MOST_DIGITS:
        raise _wrong(seen(value), f"a number of at most {_MOST_DIGITS} digits before the decimal point")
    if not number:
        return Decimal(0)  # not minus nothing, and not nothing with a billion zeros
    if _places(number) > _MOST_DECIMALS:
        raise _wrong(seen(value), f"a number of at most {_MOST_DECIMALS} decimals")
    return number


def _places(number: Decimal) -> int:
    """Decimals that are not trailing zeros; counted on the digits, because normalising rounds long numbers."""
    _, digits, exponent = number.as_tuple()
    if int(exponent) >= 0:
        return 0
    significant = "".join(map(str, digits)).rstrip("0")
    return (len(significant) - len(digits)) - int(exponent)


def day(value: object) -> dt.date | None:
    """A calendar day; of a moment, the day its own text names. None when absent."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    text = value.isoformat() if isinstance(value, dt.date) else value
    match = _DAY.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= _LONGEST_SHOWN else None
    try:
        found = dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        found = None
    if found is None:
        raise _wrong(seen(value), "a date like 2026-01-31")
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise _wrong(found.isoformat(), f"a date between {_FIRST_YEAR} and {_LAST_YEAR}")
    return found


def currency(value: object) -> str:
    """A currency code: three letters, made capitals."""
    text = value.strip().upper() if isinstance(value, str) and len(value) <= _LONGEST_SHOWN else ""
    if not _CURRENCY.fullmatch(text):
        raise _wrong(seen(value), "a currency code of three letters")
    return text


def position(value: object) -> int:
    """The number of a line."""
    number = amount(value)
    if number != int(number) or number < 0:
        raise _wrong(seen(value), "a whole number")
    return int(number)


def or_default(read: Callable[[object], V], default: V) -> Callable[[object], V]:
    """Read a field that a tenant may leave empty."""

    def reading(value: object) -> V:
        return default if value is None or (isinstance(value, str) and not value.strip()) else read(value)

    return reading


def each_line_once(lines: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse two lines of one number: nobody could tell which of them is meant."""
    twice = sorted(number for number, times in Counter(line.line for line in lines).items() if times > 1)
    if twice:
        raise _wrong(f"a list with line {twice[0]} twice", "each line once")
    return lines


def one_of(kind: type[E], *, blank: E | None = None) -> Callable[[object], E]:
    """One of the values of ``kind``, compared without spaces and case; ``blank`` is what an empty value means."""
    known = {_bare(member.value): member for member in kind}
    listed = ", ".join(member.value for member in kind)

    def read(value: object) -> E:
        if blank is not None and (value is None or (isinstance(value, str) and not value.strip())):
            return blank
        found = known.get(_bare(value)) if isinstance(value, str) and len(value) <= LONGEST_CODE else None
        if found is None:
            raise _wrong(seen(value), f"one of {listed}")
        return found

    return read


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def place(steps: Sequence[int | str]) -> str:
    """A field as a person names it: ``("lines", 2, "unit_price")`` is the unit price of line 3."""
    words = ""
    for step in steps:
        if isinstance(step, int):
            words = f"{words.removesuffix('s')} {step + 1}"
        else:
            name = str(step).replace("_", " ")
            words = f"{name} of {words}" if words else name
    return words or "the document"
