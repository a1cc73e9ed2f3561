"""What an amount may be posted to: GL accounts, cost centres and projects, read through one browse (assumed)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from connector import fields
from connector.systems.qad.document_fields import Document, Flag, Key, Prose, SetFlag


class Kind(StrEnum):
    """Which of the three it is."""

    ACCOUNT = "account"
    COST_CENTRE = "cost_centre"
    PROJECT = "project"


class CostObject(Document):
    """One of them. ``cost_object`` is its key: ``account|4000``, because codes repeat between the kinds."""

    TITLE = "cost object"
    KEY = "cost_object"

    cost_object: Key
    kind: Annotated[Kind, BeforeValidator(fields.one_of(Kind))]
    code: Key
    description: Prose = ""
    active: Flag
    deleted: SetFlag = False


def key(kind: Kind, code: str) -> str:
    """The source key of a cost object."""
    return f"{kind.value}|{code}"
