"""The limits of single answers, as the ``answers`` of a system's ``entities.yaml`` and of a connection say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connector.domain.errors import ConfigurationError
from connector.http.limits import Limit
from connector.reading import names as entities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECTION, _LOGIN = "answers", "login"
_MEGABYTE = 1_000_000


def limits(package: str, overrides: Mapping[str, Any], *, login: str = "") -> dict[str, Limit]:
    """Return the limits under ``answers`` of a system's names, by path; raises ConfigurationError for what is none.

    ``login`` is the address of the login where it is no name.
    """
    return dict(_limits(entities.merged(package, overrides), urlsplit(login).path))


def _limits(tree: Mapping[str, Any], login: str) -> Iterator[tuple[str, Limit]]:
    for name, written in (tree.get(_SECTION) or {}).items():
        if written is None:
            continue  # as the connection reads everything else
        where = f"entities.{_SECTION}.{name}"
        amounts = {what: written[what] for what in ("megabytes", "elements")}
        for what, amount in amounts.items():
            if amount is None or amount < 1:
                raise ConfigurationError(f"{where}.{what} must be a whole number of at least 1.")
        limit = Limit(
            most_bytes=written["megabytes"] * _MEGABYTE,
            most_elements=written["elements"],
            advice=f"where that is right, raise {where} of the connection",
        )
        for kind, end in (("paths", ""), ("below", "/")):
            for path in written.get(kind) or ():
                if (found := _resolved(tree, path, f"{where}.{kind}")) is not None:
                    yield found + end, limit
        if name == _LOGIN and login:
            yield login, limit


def _resolved(tree: Mapping[str, Any], path: object, where: str) -> str | None:
    """``login.token`` is the name that stands there; None where the connection leaves it out."""
    value: Any = tree
    for step in str(path).split("."):
        if not isinstance(value, dict) or step not in value:
            raise ConfigurationError(f"{where} has {path!r}, which is no place of a name like `login.token`.")
        value = value[step]
    return entities.name_of(value)
