from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from connector.domain.errors import ConfigurationError, Malformed
from connector.reading.mistakes import checked, parsed


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pages: int = Field(default=1, ge=1, le=2_000_000)
    waits: tuple[int, ...] = ()


class Line(BaseModel):
    quantity: int


class Order(BaseModel):
    number: str = ""
    lines: tuple[Line, ...] = ()


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"pages": 0}, "pages should be 1 or more."),
        ({"pages": 3_000_000}, "pages should be 2000000 or less."),
        ({"waits": 5}, "waits should be a list."),
        ({"page": 7}, "There is no setting 'page' for a Test connection. Did you mean 'pages'? Known: "),
        ({"pages": "hidden-1"}, "pages should be a number."),
    ],
)
def test_a_wrong_setting_has_its_sentence_without_its_value(config: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        checked(Settings, {**config, "key": "hidden-2"}, secrets={"key"}, of="Test")
    assert error.value.message.startswith(sentence)
    assert "hidden" not in error.value.message


def test_every_wrong_setting_is_named() -> None:
    with pytest.raises(ConfigurationError) as error:
        checked(Settings, {"pages": 0, "waits": 5}, secrets=(), of="Test")
    assert error.value.evidence["mistakes"] == ["pages should be 1 or more.", "waits should be a list."]


def test_of_a_document_the_first_wrong_field_is_shown() -> None:
    with pytest.raises(Malformed) as error:
        parsed(Order, {"number": "P1", "lines": [{"quantity": 1}, {}, "x"]}, title="Test order", key="number")
    assert error.value.message == (
        'Test order "P1" cannot be understood: quantity of line 2 is missing (and 1 more field is wrong).'
    )


def test_a_document_that_is_none_is_said_so() -> None:
    with pytest.raises(Malformed, match="A Test order should be a set of named fields, but a list came"):
        parsed(Order, [1], title="Test order", key="number")  # type: ignore[arg-type] # anything may come
