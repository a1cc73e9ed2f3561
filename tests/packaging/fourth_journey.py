"""Run in a copy of the tree to which a system and a flow were added: what a customer does, and what came of it as JSON.

python fourth_journey.py FOLDER
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import sys
from pathlib import Path

from connector.bootstrap import application
from connector.config import load_settings
from sandbox.server import running
from tests.cli.conftest import Terminal
from tests.journey.works import Works
from workers.cli.session import close
from workers.demo.reconciling import reconcile
from workers.demo.scenario import scenarios
from workers.simulators import everyone

HERE = Path.cwd()
FLOW = "books_accounts_to_jaggaer"
SECRETS = {"BOOKS_PASSWORD": "books-sandbox", "JAGGAER_SECRET": "jaggaer-sandbox"}


def journey(terminal: Terminal) -> dict[str, object]:
    """Set it up with commands, carry what the simulator holds, and look at everything that should know it."""
    with running("books", documents=3) as books, running("jaggaer", documents=0) as jaggaer:
        for simulator in (books, jaggaer):
            system = simulator.state()["system"]
            text = terminal.ok("connection", "example", system, "--simulator", simulator.url).out
            terminal.ok("connection", "add", f"acme-{system}", "--system", system, "--config", "-", stdin=text)
        pinged = terminal.json("connection", "ping", "acme-books")
        between = ("--from", "acme-books", "--to", "acme-jaggaer")
        terminal.ok("integration", "add", "acme", "--kind", "books-jaggaer", *between)
        terminal.ok("flow", "enable", f"acme/{FLOW}")
        works = Works(application(load_settings()), {"books": books, "jaggaer": jaggaer})
        works.read(FLOW)
        ends = [works.finish(row.id) for row in works.rows("SELECT id FROM records ORDER BY source_key")]
        works.application.store.close()
        return {
            "pinged": pinged["ok"],
            "flows": [one["name"] for one in terminal.json("flow", "list")],
            "doctor": {one["what"]: one["health"] for one in terminal("doctor", "--json").json["checks"]},
            "ends": ends,
            "arrived": sorted(jaggaer.state()["holds"]["account_values"]),
            "told": books.state()["holds"],
            "compared": [vars(line) for line in reconcile({"books": books.state(), "jaggaer": jaggaer.state()})],
            "demonstrated": [one.name for one in scenarios()],
            "simulators": [(one.system, one.port, one.documents) for one in everyone(documents=8, seed=1)],
        }


def reference() -> None:
    """What ``make reference`` does."""
    for script in ("tools/reference.py", "tests/docs/pages.py"):
        with contextlib.suppress(SystemExit):
            runpy.run_path(str(HERE / script), run_name="__main__")


if __name__ == "__main__":
    os.environ.update(SECRETS)
    seen = journey(Terminal(Path(sys.argv[1])))
    close()
    with contextlib.redirect_stdout(sys.stderr):
        reference()
    sys.stdout.write(json.dumps(seen))
