"""Write what comes from the code: pages of commands and settings, examples of connections, outlines of the flows.

    python tools/reference.py

A test holds the pages and files against what this would write.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from connector import registry
from connector.config.table import settings_table
from connector.metering.names import metrics_table
from sandbox import simulator
from workers.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent.parent / "docs"
PROGRAM = "ml-connector"
GENERATED = "<!-- Written by `make reference`; what is changed here by hand is lost. -->"

SETTINGS = f"""# Settings

{GENERATED}

Environment variables; an empty one counts as not set. Those that hold a secret (database, broker, master keys, Flower's
password) can be given as a file instead: append `_FILE` to the name. `ml-connector doctor` checks them.

"""
OUTLINES = '''"""What is asked of many flows at once: kind, version, what is before. Written by ``make reference``."""

from __future__ import annotations

OUTLINES: dict[str, tuple[str, int, tuple[str, ...]]] = {
'''
COMMANDS = f"""# Commands

{GENERATED}

Every command explains itself with `--help`. Exit code 0 is good, 1 is a failure, 2 is a mistake in the command, a file
or a setting. `FLOW` is `<integration>/<flow>`. [daily.md](daily.md) and [troubleshooting.md](troubleshooting.md) say
which command helps when.

"""


def settings_page() -> str:
    """Return the page of the settings."""
    return f"{SETTINGS}{settings_table()}\n"


def metrics_page() -> str:
    """Return the page of the metrics: what is written by hand, and below it the table."""
    begins = metrics_table().splitlines()[0]
    by_hand, _, _ = (DOCS / "metrics.md").read_text().partition(begins)
    return f"{by_hand}{metrics_table()}\n"


def commands_page() -> str:
    """Return the page of the commands: all of them in a table, then each with its arguments and options."""
    found = list(_commands(_root(), _context(_root(), PROGRAM)))
    table = "\n".join(
        f"| [`{PROGRAM} {name}`](#{name.replace(' ', '-')}) | {_cell(_summary(command.help))} |"
        for name, command, _ in found
    )
    details = "\n".join(_details(*one) for one in found)
    return f"{COMMANDS}| command | does |\n|---|---|\n{table}\n\n{details}"


def _root() -> Any:  # noqa: ANN401 - typer keeps its classes to itself
    return typer.main.get_command(app)


def _context(command: Any, name: str, parent: Any = None) -> Any:  # noqa: ANN401 - likewise
    # One line, however long: usage is otherwise wrapped to the terminal of whoever writes the page.
    return command.make_context(
        name, [], parent=parent, resilient_parsing=True, max_content_width=1000, terminal_width=1000
    )


def _commands(group: Any, context: Any, above: str = "") -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - likewise
    for name, command in group.commands.items():
        if command.hidden:
            continue
        inside, full = _context(command, name, context), f"{above} {name}".strip()
        if hasattr(command, "commands"):
            yield from _commands(command, inside, full)
        else:
            yield full, command, inside


def _details(name: str, command: Any, context: Any) -> str:  # noqa: ANN401 - likewise
    usage = context.get_usage().removeprefix("Usage: ")
    rows = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
    shown = "\n".join(f"| `{_cell(names)}` | {_cell(meaning)} |" for names, meaning in rows if "--help" not in names)
    table = f"\n| argument or option | meaning |\n|---|---|\n{shown}\n" if shown else ""
    return f"## {name}\n\n```text\n{usage}\n```\n\n{_paragraphs(command.help)}\n{table}"


def _summary(text: str) -> str:
    return text.split("\n\n", 1)[0].replace("\n", " ").strip()


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


def _cell(text: str) -> str:
    """Return the text as a table can show it; brackets of a default are no link."""
    return text.replace("|", "\\|").strip()


def examples() -> dict[Path, str]:
    """Return the examples of connections to each system: with every key, and to its simulator."""
    found = {}
    for system in registry.systems().values():
        found[DOCS / "examples" / f"acme-{system.name}.yaml"] = system.examples.connection
        if system.simulator:
            place = f"http://127.0.0.1:{simulator.port(system.simulator)}"
            found[DOCS / "examples" / f"sandbox-{system.name}.yaml"] = system.examples.at(place)
    return found


def outlines() -> str:
    """Return the module that says of each of our flows what is asked of many at once."""
    rows = []
    for flow in registry.flows().values():
        names = [f'"{name}",' for name in flow.after]
        after = "".join(f"\n            {name}" for name in names) + "\n        " if names[1:] else "".join(names)
        rows.append(
            f'    "{flow.name}": (\n        "{flow.kind}",\n        {flow.version},\n        ({after}),\n    ),\n'
        )
    return f"{OUTLINES}{''.join(rows)}}}\n"


def pages() -> dict[Path, str]:
    """Return what each generated page or file must say."""
    written = {"commands.md": commands_page(), "settings.md": settings_page(), "metrics.md": metrics_page()}
    said = {DOCS / name: text for name, text in written.items()} | examples()
    return {**said, DOCS.parent / "connector" / "flow_outlines.py": outlines()}


def main() -> int:
    """Write the pages that are behind."""
    for page, text in pages().items():
        if not page.exists() or page.read_text() != text:
            page.write_text(text)
            sys.stdout.write(f"Wrote {page.relative_to(DOCS.parent)}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
