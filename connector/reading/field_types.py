"""The fields that documents of every system are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from connector.domain import doubt
from connector.reading import fields

Key = Annotated[str, BeforeValidator(fields.key)]
Code = Annotated[str, BeforeValidator(fields.code)]
Private = Annotated[str, BeforeValidator(fields.private)]
Prose = Annotated[str, BeforeValidator(fields.prose)]
AsWritten = Annotated[str, BeforeValidator(fields.as_written)]
Currency = Annotated[str, BeforeValidator(fields.currency)]
Position = Annotated[int, BeforeValidator(fields.position)]
#: of a connection: how long to wait before each question about a lost answer
Waits = Annotated[tuple[int, ...], BeforeValidator(doubt.seconds)]
