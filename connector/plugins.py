"""What there is to be used: modules of our own, and what installed packages offer in an entry-point group."""

from __future__ import annotations

import pkgutil
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def offered(
    group: str, package: ModuleType, attribute: str, *, spelled: Callable[[str], str] = str
) -> list[EntryPoint]:
    """Return what there is under a name each, without importing it: what lies in our package, then what others bring.

    ``attribute`` is where ours have it, behind the name of each module: ``.system:SYSTEM``. ``spelled`` gives what lies
    in a module its name.
    """
    modules = [one.name for one in pkgutil.iter_modules(package.__path__)]
    ours = (EntryPoint(spelled(name), f"{package.__name__}.{name}{attribute}", group) for name in modules)
    return sorted([*ours, *entry_points(group=group)], key=lambda point: (point.dist is not None, point.name))


def loaded(points: list[EntryPoint], of: type, *, label: str) -> list[Any]:
    """Import them; raises ConfigurationError naming the package that brings none, or one whose name is taken."""
    found: dict[str, EntryPoint] = {}
    objects = []
    for point in points:
        if point.name in found:
            raise ConfigurationError(
                f"There are two {label}s {point.name!r}: {_whose(found[point.name])} has one, and so has "
                f"{_whose(point)}; uninstall one of the packages."
            )
        found[point.name] = point
        objects.append(_load(point, of, label))
    return objects


def _load(point: EntryPoint, of: type, label: str) -> Any:  # noqa: ANN401 - it is of the type that was asked for
    try:
        one = point.load()
    except Exception as error:
        if point.dist is None:
            raise
        why = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise ConfigurationError(
            f"The {label} {point.name!r} of {_whose(point)} cannot be loaded ({why}); "
            "install a release of that package that works here, or uninstall it."
        ) from error
    if isinstance(one, type) or not isinstance(one, of):
        raise ConfigurationError(
            f"The {label} {point.name!r} of {_whose(point)} is none: {point.value} is no {of.__name__} of this "
            "release; install a release of that package that fits, or uninstall it."
        )
    name = getattr(one, "name", "")
    if name != point.name:
        raise ConfigurationError(
            f"The {label} {point.name!r} of {_whose(point)} calls itself {name!r}; the two names must be the same."
        )
    return one


def _whose(point: EntryPoint) -> str:
    return "ml-connector itself" if point.dist is None else f"the package {point.dist.name} {point.dist.version}"
