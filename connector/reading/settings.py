"""What a configuration is made of, as its model and its example say: kinds from the one, words from the other."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from connector.domain.setting import Kind, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from connector.ports import Examples

_KEY = re.compile(r"(?P<comment># )?(?P<name>[a-z_0-9]+):(?: (?P<value>.*))?")
#: of every system: through whom, and whom to believe
_ON_THE_WAY = frozenset({"proxy", "ca_file", "allow_plain_http"})
_KINDS = {"string": Kind.TEXT, "integer": Kind.NUMBER, "number": Kind.NUMBER, "boolean": Kind.YES_NO}


@cache
def described(model: type[BaseModel], secrets: frozenset[str], examples: Examples) -> tuple[Setting, ...]:
    """Return the settings in the order of the example, whose comments say what they mean.

    What the example comments out is seldom filled in.
    """
    schema = model.model_json_schema()
    fields: Mapping[str, Mapping[str, Any]] = schema["properties"]
    written = {one.name: one for one in _written(examples.connection, {*fields, *secrets})}
    order = [*written, *(name for name in (*fields, *sorted(secrets)) if name not in written)]
    needed = set(schema.get("required", ()))
    return tuple(
        _setting(
            written.get(name) or Setting(name=name, kind=Kind.TEXT, usual=name in needed),
            fields.get(name),
            schema,
            needed=name in needed,
        )
        for name in order
    )


def _setting(written: Setting, field: Mapping[str, Any] | None, schema: Mapping[str, Any], *, needed: bool) -> Setting:
    if field is None:
        return Setting(name=written.name, kind=Kind.SECRET, help=written.help, usual=written.usual)
    kind, choices = _kind(field, schema)
    return Setting(
        name=written.name,
        kind=kind,
        help=written.help,
        needed=needed,
        usual=written.usual or needed,
        default=field.get("default"),
        choices=choices,
        example=written.example,
        leads=written.name in _ON_THE_WAY or "://" in f"{written.example} {field.get('default')}",
    )


def _kind(field: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[Kind, tuple[str, ...]]:
    found = _resolved(field, schema)
    if "enum" in found or "const" in found:
        return Kind.CHOICE, tuple(str(one) for one in found.get("enum", [found.get("const")]))
    kind = found.get("type")
    if kind == "array":
        numbers = _resolved(found.get("items", {}), schema).get("type") in {"integer", "number"}
        return (Kind.NUMBERS if numbers else Kind.LIST), ()
    if kind == "object":
        inside = found.get("additionalProperties")
        flat = isinstance(inside, dict) and _kind(inside, schema)[0] in {Kind.TEXT, Kind.CHOICE}
        return (Kind.MAPPING if flat else Kind.TREE), ()
    return _KINDS.get(str(kind), Kind.TREE), ()


def _resolved(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The field itself, behind its references and the null that it may be instead."""
    for several in ("anyOf", "allOf"):
        if several in field:
            (field,) = [one for one in field[several] if one.get("type") != "null"][:1]
    if "$ref" in field:
        return _resolved(schema["$defs"][field["$ref"].rpartition("/")[2]], schema)
    return field


def _written(example: str, names: set[str]) -> Iterator[Setting]:
    """Each key of an example: a comment is about the keys that follow it, as far as the next one."""
    said: list[str] = []
    behind_a_key = False
    for line in example.splitlines():
        found = _KEY.fullmatch(line)
        if found and found["name"] in names:
            value = (found["value"] or "").strip("\"'")
            yield Setting(
                name=found["name"],
                kind=Kind.TEXT,
                help=" ".join(said),
                usual=not found["comment"],
                example=value if value and value[0] not in "[{" else "",
            )
            behind_a_key = True
        elif not line.strip():
            said, behind_a_key = [], False
        elif line.startswith("# ") and not line.startswith("#  "):
            said = [] if behind_a_key else said
            said.append(line.removeprefix("# "))
            behind_a_key = False
