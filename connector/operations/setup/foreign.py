"""Files that are written for something else: said before any secret in them is looked at.

A secret of another system is a name that this one does not know. It is never said to be none: somebody would write it
down in clear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConfigurationError, nearest
from connector.operations.setup.references import refers
from connector.ports import Describing
from connector.reading.mistakes import NO_SETTING
from connector.telling import channels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def check_connection(system_name: str, written: Mapping[str, Any]) -> None:
    """Raise ConfigurationError where this is a file for another system, or refers to a secret that there is not."""
    system = registry.system(system_name)
    if not isinstance(system, Describing):
        return  # what it may say, only the system itself knows
    _check(
        written,
        _settings(system),
        lambda: {name: _settings(one) for name, one in registry.systems().items() if isinstance(one, Describing)},
        what=f"a {system.title} connection",
        how=f"`ml-connector connection example {system_name}` shows one for {system_name}.",
    )


def check_channel(kind: str, written: Mapping[str, Any]) -> None:
    """The same of an alert channel."""
    known = channels.settings_of(kind)
    _check(
        written,
        known,
        lambda: {name: channels.settings_of(name) for name in channels.KINDS},
        what=f"a channel of kind {kind}",
        how=f"Known: {', '.join(sorted(known))}.",
    )


def _settings(system: Describing) -> frozenset[str]:
    return frozenset(one.name for one in system.settings())


def _check(
    written: Mapping[str, Any],
    known: frozenset[str],
    others: Callable[[], Mapping[str, frozenset[str]]],
    *,
    what: str,
    how: str,
) -> None:
    strange = [key for key in written if key not in known]
    if not strange:
        return
    are_no = f"{NO_SETTING} {' or '.join(map(repr, strange))} for {what}"
    if fits := [name for name, names in others().items() if names.issuperset(written)]:
        raise ConfigurationError(f"{are_no}: is this a file for {' or '.join(fits)}? {how}")
    if any(refers(written[key]) for key in strange):
        names = sorted(known)
        near = "".join(nearest(key, names) for key in strange)
        raise ConfigurationError(f"{are_no}.{near} Known: {', '.join(names)}.")
