"""The pages of the documentation as the tests read them, and the parts of them that come from the code.

``make reference`` writes those parts anew with this module: the tables of names in ``docs/<system>.md``.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.reading.names import basis_of, name_of, packaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.flow import Flow

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = (
    README,
    *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
EXAMPLES = ROOT / "docs" / "examples"
HEADING = "| override under `entities` | our name | basis |\n|---|---|---|\n"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_ASSIGNMENT = re.compile(r"\w+=\S*")
_ENDS = {"|", ">", "<", ">>", ";", "&&", "||", "&"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A command line in a page."""

    page: str
    words: tuple[str, ...]
    #: in a block of shell, to be typed as it stands; else it may only mention a command
    whole: bool = True

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


def shown(page: Path) -> str:
    """A page's path as a person says it."""
    return str(page.relative_to(ROOT))


def command_lines() -> list[Line]:
    """Every command line in a block of shell, or alone between back quotes; without assignments, pipes, comments."""
    found: dict[Line, None] = {}
    for page in PAGES:
        text = page.read_text()
        blocks = [body for kind, body in _FENCE.findall(text) if kind in {"sh", "bash", "console"}]
        lines = [(line, True) for body in blocks for line in body.replace("\\\n", " ").splitlines()]
        lines += [(line, False) for line in _INLINE.findall(_FENCE.sub("", text))]
        for line, whole in lines:
            for words in _commands(line.removeprefix("$ ")):
                found[Line(page=shown(page), words=words, whole=whole)] = None
    return list(found)


def _commands(line: str) -> Iterator[tuple[str, ...]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>;&")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:  # prose between back quotes, or a body in several lines
        return
    command: list[str] = []
    for word in [*words, ";"]:
        if word not in _ENDS:
            command.append(word)
            continue
        while command and _ASSIGNMENT.fullmatch(command[0]):
            command.pop(0)
        if command:
            yield tuple(command)
        command = []


def kinds() -> list[str]:
    """The kinds of integration that the documentation describes."""
    text = (ROOT / "docs" / "flows.md").read_text()
    return [kind for kind in registry.kinds() if f"`{kind}`" in text]


def flows() -> dict[str, Flow[Any]]:
    """Every flow of those kinds."""
    return {name: flow for kind in kinds() for name, flow in registry.flows(kind).items()}


def entities() -> dict[str, set[str]]:
    """The entities those flows read and write, by system."""
    found: dict[str, set[str]] = {}
    for flow in flows().values():
        for side in (flow.source, flow.target):
            for system in registry.speaking(side.system):
                found.setdefault(system, set()).add(side.entity)
    return found


def package_of(system: str) -> str:
    """The package of a system."""
    return f"connector.systems.{system.replace('-', '_')}"


def system_of(page: Path, overrides: Mapping[str, Any]) -> str:
    """Whose names a block of overrides replaces: the page's system, else the first that has such sections."""
    known = sorted(entities(), key=lambda system: (system != page.stem, system != "qad"))
    return next(system for system in known if set(overrides) <= set(packaged(package_of(system))))


def tables_of_names(system: str) -> dict[str, str]:
    """The table of each section of ``entities.yaml`` that has a heading on the system's page."""
    text = (ROOT / "docs" / f"{system}.md").read_text()
    return {
        section: HEADING + "\n".join(_rows(tree, section))
        for section, tree in packaged(package_of(system)).items()
        if isinstance(tree, dict) and f"\n### {section}\n" in text
    }


def _rows(tree: Mapping[str, Any], above: str) -> Iterator[str]:
    for key, value in tree.items():
        path = f"{above}.{key}"
        if name_of(value) is not None:
            yield f"| `{path}` | `{name_of(value)}` | {basis_of(value).value} |"
        elif value is None:
            yield f"| `{path}` | - | left out |"
        elif isinstance(value, dict):
            yield from _rows(value, path)


def _write_names() -> None:
    for system in registry.systems():
        page = ROOT / "docs" / f"{system}.md"
        text = page.read_text()
        for section, table in tables_of_names(system).items():
            old = re.compile(rf"(^### {section}\n.*?)^\| override .*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
            text = old.sub(lambda match, new=table: match[1] + new, text, count=1)  # type: ignore[misc]  # a default
        page.write_text(text)


if __name__ == "__main__":
    _write_names()
