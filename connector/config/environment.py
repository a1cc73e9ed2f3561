"""Settings from an environment: variables with the prefix ML_CONNECTOR_, and the files that secrets are in.

A mistake is a sentence that names the variable and what it must be; the value of a secret is never shown.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from connector.config.meanings import is_secret, must_be, variable_of
from connector.config.names import PREFIX
from connector.config.settings import Settings
from connector.config.values import Misread, content
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

_FILE = "_FILE"
_APPLICATION = re.compile(rf"{PREFIX}([A-Z][A-Z0-9_]*)_APPLICATION")


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment; raises ConfigurationError with a sentence for each mistake."""
    source = _Environment(environment)
    values, mistakes = source(), source.mistakes
    try:
        read = Settings(**values)
    except ValidationError as error:
        mistakes += [_sentence(detail, values) for detail in error.errors(include_input=False)]
    if mistakes:
        raise ConfigurationError("\n".join(mistakes), mistakes=len(mistakes))
    return read.model_copy(update={"data_dir": read.data_dir.expanduser().absolute()})


class _Environment(EnvSettingsSource):
    """The library's variables of an environment that is given, and ours: ``_FILE`` of secrets, and applications.

    An empty variable is not set.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._given = {name: value.strip() for name, value in environment.items() if name.startswith(PREFIX)}
        self._known = {variable_of(name): name for name in Settings.model_fields}
        self.mistakes: list[str] = []
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self._given.items() if value and name in self._known}

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        for variable, value in sorted(self._given.items()):
            plain = variable.removesuffix(_FILE)
            if not value or variable in self._known:
                continue
            if system := _APPLICATION.fullmatch(variable):
                values.setdefault("applications", {})[system[1].lower()] = value
            elif plain in self._known and is_secret(self._known[plain]):
                values |= self._from_file(variable, plain, Path(value))
            elif near := get_close_matches(variable, self._known, n=1, cutoff=0.85):
                self.mistakes.append(f"There is no setting {variable}. Did you mean {near[0]}?")
        return values

    def _from_file(self, variable: str, plain: str, file: Path) -> dict[str, str]:
        if self._given.get(plain):
            self.mistakes.append(f"Set either {plain} or {variable}, not both.")
            return {}
        try:
            return {self._known[plain]: content(file)}
        except ValueError as why:
            self.mistakes.append(f"{variable} names {file}, which {why}.")
            return {}


def _sentence(detail: ErrorDetails, values: Mapping[str, Any]) -> str:
    name, why = str(detail["loc"][0]), detail.get("ctx", {}).get("error")
    if isinstance(why, Misread):
        return f"{variable_of(name)} {why}."
    shown = "not usable (its value is not shown)" if is_secret(name) else f"{values.get(name)!r}"
    return f"{variable_of(name)} is {shown}; it must be {must_be(name)}."
