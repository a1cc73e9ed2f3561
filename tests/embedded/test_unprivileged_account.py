"""The account that PostgreSQL runs as, when several processes want it at once (the first test run on a machine)."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

#: two of it at the same time leave a word behind
USERADD = """#!/bin/sh
mkdir {here}/busy || echo overlapped >> {here}/overlaps
for _ in 1 2 3 4 5; do ls / > /dev/null; done
echo "$@" >> {here}/calls
rmdir {here}/busy
"""
ASKED = "from connector.embedded.places import new_account; print(new_account('mlc-never-made').pw_name)"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes accounts")
def test_one_process_at_a_time_makes_the_account(tmp_path: Path) -> None:
    useradd = tmp_path / "useradd"
    useradd.write_text(USERADD.format(here=tmp_path))
    useradd.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    asking = [
        subprocess.Popen([sys.executable, "-c", ASKED], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    assert [process.communicate()[0].strip() for process in asking] == ["nobody"] * 6, "where none can be made"
    assert len((tmp_path / "calls").read_text().splitlines()) == 6
    assert not (tmp_path / "overlaps").exists()
