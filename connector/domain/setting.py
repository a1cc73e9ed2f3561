"""Something that a person sets: of which kind it is, what it means, and what counts until it is set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a value of a setting is."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes or no"
    CHOICE = "choice"
    DAY = "day"
    LIST = "list"
    NUMBERS = "list of numbers"
    #: texts by their names
    MAPPING = "mapping"
    #: names, texts, lists and numbers within each other
    TREE = "tree"
    #: goes into the vault, and is shown to nobody
    SECRET = "secret"  # noqa: S105 - a word
    #: a secret of several lines, such as a private key
    SECRET_LINES = "secret of several lines"  # noqa: S105 - a word

    @property
    def is_secret(self) -> bool:
        """Whether it goes into the vault."""
        return self in {Kind.SECRET, Kind.SECRET_LINES}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One of them."""

    name: str
    kind: Kind
    #: what it means, in a sentence or two
    help: str = ""
    #: whether nothing works without it
    needed: bool = False
    #: whether most people fill it in
    usual: bool = True
    default: Any = None
    #: of a choice
    choices: tuple[str, ...] = ()
    #: what it may look like
    example: str = ""
    #: whether it says where secrets are sent, or who could read them on the way
    leads: bool = False
