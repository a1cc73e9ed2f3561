"""What the API answers becomes what the files of the classes mean, whatever other classes have the same names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from inspect import getsource
from pkgutil import iter_modules
from typing import Any, get_args, get_type_hints

import pytest

from connector.operations.work.drifting import Compared
from workers.cli import reaching
from workers.cli.reaching.revived import adapter, revived

KINDS = sorted(
    {
        kind
        for module in iter_modules(reaching.__path__)
        for kind in vars(import_module(f"workers.cli.reaching.{module.name}")).values()
        if isinstance(kind, type) and is_dataclass(kind)
    },
    key=lambda kind: (kind.__module__, kind.__name__),
)


@cache
def names_of(module: str) -> Mapping[str, Any]:
    """What names mean in a file, those included that it imports while types are checked alone."""
    found = import_module(module)
    late = [node for node in ast.parse(getsource(found)).body if isinstance(node, ast.If)]
    imports = [one for node in late for one in node.body if isinstance(one, (ast.Import, ast.ImportFrom))]
    meant = dict(vars(found))
    for one in imports:
        with suppress(ImportError):  # an alias of another file that is there while types are checked alone
            exec(compile(ast.Module([one], []), module, "exec"), meant)  # noqa: S102 - imports of our own
    return meant


def parts(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for inner in get_args(hint):
        yield from parts(inner)


def meant(kind: type, seen: set[type]) -> set[type]:
    """The classes of which one of this class is made, by the files they are in."""
    if kind not in seen:
        seen.add(kind)
        for base in reversed(kind.__mro__):
            own = set(vars(base).get("__annotations__", ())) & {one.name for one in fields(kind)}
            hints = get_type_hints(base, names_of(base.__module__), {}) if own else {}
            for name in own:
                for part in parts(hints[name]):
                    meant(part, seen)
    return seen


def taken(schema: object) -> set[type]:
    """The classes of which the answer is made one."""
    if isinstance(schema, Mapping):
        mine = {schema["cls"]} if schema.get("type") == "dataclass" else set[type]()
        return mine.union(*(taken(one) for one in schema.values()))
    return set[type]().union(*(taken(one) for one in schema)) if isinstance(schema, (list, tuple)) else set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_class_is_taken_for_another_one_of_the_same_name(kind: type) -> None:
    assert taken(adapter(kind).core_schema) == meant(kind, set())


def test_a_difference_in_master_data_is_one() -> None:
    told = {"drift": "missing", "key": "10", "name": "10", "label": "10", "sentence": "It is not there."}
    (difference,) = revived(Compared, {"flow": "acme/x", "differences": [told]}).differences
    assert (difference.key, difference.sentence) == ("10", "It is not there.")
