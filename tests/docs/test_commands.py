from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import typer
import yaml

from connector import registry
from tests.docs.pages import PAGES, ROOT, command_lines, kinds
from workers.cli import app, elsewhere

if TYPE_CHECKING:
    from tests.docs.pages import Line

MADE = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
#: it has every command whatever anybody writes
GENERATED = "docs/commands.md"
COMMANDS: Any = typer.main.get_command(app)
#: what a page writes where a reader puts a number or a moment of their own
NUMBERS = {"N": "1"}


def arguments(line: Line) -> list[str]:
    """What stands behind the program's name."""
    return [NUMBERS.get(word, word) for word in line.words[line.words.index("ml-connector") + 1 :]]


def parse(words: list[str], *, whole: bool = True) -> str:
    """Read a command line as the program would, without running it; returns the command's name.

    What is not ``whole`` may be the name of a command, or of a group of them, without its arguments.
    """
    command = COMMANDS
    parent: Any = None
    names: list[str] = []
    while True:
        mention = not whole and not words
        context = command.make_context(command.name, list(words), parent=parent, resilient_parsing=mention)
        if mention or not hasattr(command, "commands"):
            return " ".join(names)
        name, command, words = command.resolve_command(
            context, [*getattr(context, "_protected_args", ()), *context.args]
        )
        names.append(name)
        parent = context


def ours() -> list[Line]:
    """Every command line of the program."""
    return [line for line in command_lines() if "ml-connector" in line.words[:-1]]


def problem(line: Line) -> str:
    """What the program would say to a line; empty when it understands it."""
    try:
        assert parse(arguments(line), whole=line.whole)
    except Exception as error:  # noqa: BLE001 - typer keeps its error classes in different places
        format_message = getattr(error, "format_message", None)
        return f"{line}: {format_message() if format_message else error}"
    return ""


def test_every_command_line_in_the_documentation_is_one_the_program_understands() -> None:
    lines = ours()
    assert lines
    assert [said for line in lines if (said := problem(line))] == []


def test_every_command_is_shown_somewhere_in_use() -> None:
    shown = {parse(arguments(line), whole=line.whole) for line in ours() if line.page != GENERATED}
    hidden = set(commands(COMMANDS)) - shown
    # Commands for one kind of integration alone, which comes into the documentation with its kind.
    undescribed = set() if "qad-concur" in kinds() else {name for name in hidden if name.startswith("webhook ")}
    assert hidden - undescribed == set()


def commands(group: Any, above: str = "") -> list[str]:
    found = []
    for name, command in group.commands.items():
        full = f"{above} {name}".strip()
        found += commands(command, full) if hasattr(command, "commands") else [full]
    return found


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    for words in (
        ["flows", "list"],
        ["flow", "list", "--all"],
        ["dead", "discard", "ID"],
        ["sandbox", "qad", "--port", "x"],
    ):
        with pytest.raises(Exception, match=r".") as caught:
            parse(words)
        assert hasattr(caught.value, "format_message"), words


def test_every_make_target_in_the_documentation_exists() -> None:
    named = {line.words[1] for line in command_lines() if line.words[0] == "make" and len(line.words) > 1}
    assert {"demo", "test", "up", "secrets"} <= named
    assert named - set(MADE) == set()


def test_every_hook_before_a_commit_calls_the_makefile() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    called = [hook["entry"].split() for repository in repositories for hook in repository["hooks"]]
    assert called
    assert [words for words in called if words[0] != "make" or words[1] not in MADE] == []


def test_every_container_in_the_documentation_exists() -> None:
    used = [line.words for line in command_lines() if line.words[0] == "docker-compose"]
    scaled = {
        word.partition("=")[0] for words in used for place, word in enumerate(words) if words[place - 1] == "--scale"
    }
    inside = {word for words in used for word in words if word.startswith("worker-") and "=" not in word}
    assert scaled
    assert inside
    assert (scaled | inside) - set(SERVICES) == set()
    text = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in SERVICES if f"`{name}`" not in text] == []


def test_every_worker_in_the_documentation_takes_from_a_queue_that_exists() -> None:
    queues = {
        word for line in command_lines() for place, word in enumerate(line.words) if line.words[place - 1] == "-Q"
    }
    assert queues == {name.removeprefix("worker-") for name in SERVICES if name.startswith("worker-")}


def test_every_setting_in_the_documentation_exists() -> None:
    from connector.config.table import describe  # noqa: PLC0415 - only here

    known = {row.variable for row in describe()}
    known |= {f"{row.variable}_FILE" for row in describe() if row.secret}
    known |= {f"ML_CONNECTOR_{system.name.upper()}_APPLICATION" for system in registry.marketplaces()}
    known |= {"ML_CONNECTOR_VERSION"}  # Compose's own: which images are built and run
    known |= {elsewhere.SERVER, elsewhere.TOKEN, elsewhere.TOKEN_FILE}
    for page in PAGES:
        assert set(re.findall(r"ML_CONNECTOR_[A-Z_]+[A-Z]", page.read_text())) - known == set(), page
