"""``python -m tests.compose``: the Compose file run for real, struck, upgraded, and its books compared.

Needs root, docker, Compose and, where no registry answers, debootstrap. Starts an engine of its own unless DOCKER_HOST
names one, and leaves nothing behind.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from tests.compose import images
from tests.compose.deployment import Deployment
from tests.compose.engine import engine
from tests.compose.recipe import recipe


def main() -> int:
    """Returns 0 when nothing is missing, twice, wrong or unhealthy."""
    arguments = argparse.ArgumentParser(prog="make compose-test", description=__doc__)
    arguments.add_argument("--seed", type=int, default=2611)
    arguments.add_argument("--compose", default="", help="docker-compose or `docker compose`; by default what there is")
    asked = arguments.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    program = asked.compose.split() or _program()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    with ExitStack() as stack:
        directory = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="mlc-compose-", ignore_cleanup_errors=True))
        )
        host = stack.enter_context(engine(directory))
        console.print(f"{' '.join(program)}: {_said(*program, 'version', '--short')}")
        bases = images.bases(host, directory / "base", announce=console.print)
        deployment = Deployment(directory=directory / "run", host=host, program=program, bases=bases)
        stack.callback(deployment.remove)
        amiss = list(recipe(deployment, seed=asked.seed, cleaning=stack, announce=console.print))
    for sentence in amiss:
        console.print(f"Not as it should be: {sentence}")
    if not amiss:
        console.print("Everything arrived once.")
    return bool(amiss)


def _program() -> list[str]:
    """Compose 2 where there is one."""
    return ["docker", "compose"] if _said("docker", "compose", "version") else ["docker-compose"]


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode else done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
