"""YAML as people write it: every key a string, every value with the line it stands on.

The plain YAML 1.1 rules would turn the code ``NO`` into false and ``007`` into 7. Here keys are always text, values
below a *verbatim* key are always text, and elsewhere only true, false, null and decimal numbers are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from connector.domain.errors import ConfigurationError

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,11})\.[0-9]{1,6}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
#: ``password: -`` means standard input and is no YAML as it stands
_BARE_DASH = re.compile(r"(?m)^([ \t]*\w+:[ \t]+)-[ \t]*(#.*)?$")
#: by its escape in quotes: what no text in UTF-8 can hold
_HALF = re.compile("[\ud800-\udfff]")
_STANDARD = "tag:yaml.org,2002:"
_MOST_NODES = 500_000


@dataclass(frozen=True, kw_only=True)
class Text:
    """A read file: its data, and the line of each value by its path."""

    name: str
    data: dict[str, Any]
    lines: dict[Path, int] = field(repr=False)

    def where(self, path: Path) -> str:
        """``setup.yaml, line 12`` for the nearest thing that has a line."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return f"{self.name}, line {self.lines[path[:length]]}"
        return self.name


@dataclass(kw_only=True)
class _Reader:
    name: str
    verbatim: frozenset[str]
    lines: dict[Path, int] = field(default_factory=dict)
    seen: int = 0

    def value(self, node: yaml.Node, path: Path, parents: frozenset[int]) -> Any:  # noqa: ANN401 - YAML holds anything
        self.seen += 1
        line = node.start_mark.line + 1
        if id(node) in parents or self.seen > _MOST_NODES:
            raise ConfigurationError(f"{self.name}, line {line}: aliases make this file endless; write it out.")
        self.lines.setdefault(path, line)
        if not str(node.tag).startswith(_STANDARD) or "python" in str(node.tag):
            raise ConfigurationError(f"{self.name}, line {line}: the tag {node.tag} is not understood; remove it.")
        inside = parents | {id(node)}
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path, inside)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index), inside) for index, child in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path, inside: frozenset[int]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ConfigurationError(f"{self.name}, line {line}: a key must be a single word.")
            key = str(key_node.value)
            if key in found:
                raise ConfigurationError(f"{self.name}, line {line}: {key!r} is there twice; keep one.")
            self.lines[*path, key] = line
            found[key] = self.value(value_node, (*path, key), inside)
        return found

    def scalar(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
        text = str(node.value)
        if _HALF.search(text):
            line = node.start_mark.line + 1
            raise ConfigurationError(f"{self.name}, line {line}: a text holds half a character; write the whole one.")
        quoted = getattr(node, "style", None) is not None
        if quoted or any(part in self.verbatim for part in path):
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _FRACTION.fullmatch(text) else text


def read(text: str, *, name: str, verbatim: frozenset[str] = frozenset()) -> Text:
    """Read a YAML mapping; raises ConfigurationError with file and line for everything that is not one."""
    try:
        node = yaml.compose(_BARE_DASH.sub(r'\1"-"', text), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise ConfigurationError(f"{where}: this is not YAML: {error.problem or error.context}.") from None
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0] if isinstance(error, yaml.YAMLError) else "it is nested too deeply"
        raise ConfigurationError(f"{name}: this is not YAML: {reason}.") from None
    if node is None:
        raise ConfigurationError(f"{name} is empty.")
    if not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(f"{name}: expected `key: value` lines, found something else.")
    reader = _Reader(name=name, verbatim=verbatim)
    return Text(name=name, data=reader.value(node, (), frozenset()), lines=reader.lines)
