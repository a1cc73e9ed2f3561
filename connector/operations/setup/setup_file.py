"""The file of ``apply`` and ``export``: what a customer sets up, in one YAML.

connections:
  acme-qad:
    system: qad
    base_url: https://acme.qad.com/clouderp
    password: env:ACME_QAD_PASSWORD
    entities: {}                        # what differs from the system's entities.yaml
integrations:
  acme-jaggaer:
    kind: qad-jaggaer
    from: acme-qad
    to: acme-j1
    flows:
      qad_invoices_to_jaggaer: {enabled: true, schedule: every 5m, timezone: UTC, options: {}}
    crosswalks:
      payment_terms: {"30": NET30}
alerts:
  channels:
    ops:
      kind: slack
      url: env:OPS_URL
  rules:
    dead.letters: {threshold: 10, for: {acme-jaggaer: {urgent: true}}}
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.setup import yaml_text
from connector.reading.mistakes import complaint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from connector.operations.setup.yaml_text import Path, Text

#: mistakes that a message lists
_MOST_SHOWN = 20
#: below this key codes are text, whatever they look like
VERBATIM = frozenset({"crosswalks"})


class FlowPart(BaseModel):
    """What is not there stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    enabled: bool | None = None
    schedule: str | None = None
    timezone: str | None = None
    options: dict[str, Any] | None = None


class IntegrationPart(BaseModel):
    """A pair of connections with its flows and crosswalks; what is not there stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    kind: str | None = None
    source: str | None = Field(None, alias="from")
    target: str | None = Field(None, alias="to")
    flows: dict[str, FlowPart | None] | None = None
    crosswalks: dict[str, dict[str, str] | None] | None = None


class ConnectionPart(BaseModel):
    """The system, and the keys of its configuration file; the system itself knows which."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    system: str
    entities: dict[str, Any] | None = None

    @property
    def written(self) -> dict[str, Any]:
        """What ``connection add --config`` would read."""
        return {**(self.model_extra or {}), **({"entities": self.entities} if self.entities else {})}


class RulePart(BaseModel):
    """What is set of a rule in one place; what is not there stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    enabled: bool | None = None
    threshold: float | None = None
    urgent: bool | None = None


class RulesPart(RulePart):
    """The same everywhere, and for integrations and flows."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    places: dict[str, RulePart] | None = Field(None, alias="for")


class ChannelPart(BaseModel):
    """The kind, and the keys of its file; ``telling.channels`` knows which."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    kind: str

    @property
    def written(self) -> dict[str, Any]:
        """What ``alert channel add --config`` would read."""
        return self.model_extra or {}


class AlertsPart(BaseModel):
    """Who is told of what."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    channels: dict[str, ChannelPart] | None = None
    rules: dict[str, RulesPart] | None = None


class SetupFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    connections: dict[str, ConnectionPart] | None = None
    integrations: dict[str, IntegrationPart] | None = None
    alerts: AlertsPart | None = None


def read(text: str, *, name: str) -> tuple[SetupFile, Text]:
    """Read and check a set-up file; raises ConfigurationError that names the lines of its mistakes."""
    found = yaml_text.read(text, name=name, verbatim=VERBATIM)
    try:
        return SetupFile.model_validate(found.data), found
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        # A misspelt key is also a missing one: the misspelling says more.
        details.sort(key=lambda detail: detail["type"] != "extra_forbidden")
        sentences = [_sentence(detail, found) for detail in details]
        more = len(sentences) - _MOST_SHOWN
        shown = [*sentences[:_MOST_SHOWN], *([f"And {more} more."] if more > 0 else [])]
        raise ConfigurationError(" ".join(shown), mistakes=sentences) from None


def _sentence(detail: ErrorDetails, text: Text) -> str:
    path: Path = tuple(detail["loc"])
    where = text.where(path)
    name = ".".join(str(part) for part in path)
    match detail["type"]:
        case "extra_forbidden":
            known = _keys_at(path[:-1])
            return f"{where}: {UnknownName.among('key', str(path[-1]), known).message}"
        case "missing":
            return f"{text.where(path[:-1])}: {name} is missing."
        case _:
            return f"{where}: {name} {complaint(detail)}."


_DEPTH_OF_FLOW = 4


def _keys_at(path: Path) -> list[str]:
    """Which keys are allowed at a place of the file."""
    model: type[BaseModel] = SetupFile
    if path and path[0] == "alerts":
        parts: dict[int, type[BaseModel]] = {1: AlertsPart, 3: RulesPart}
        model = parts.get(len(path), RulePart)
    elif path:
        model = FlowPart if len(path) >= _DEPTH_OF_FLOW else IntegrationPart
    return [field.alias or key for key, field in model.model_fields.items()]


@contextmanager
def located(text: Text, *path: str) -> Iterator[None]:
    """Say in which line of the file a mistake is that only shows later."""
    try:
        yield
    except ConfigurationError as error:
        if error.message.startswith(text.name):
            raise
        raise ConfigurationError(f"{text.where(path)}: {'.'.join(path)}: {error.message}", **error.evidence) from None
