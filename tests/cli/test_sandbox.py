from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from workers.simulators import require_simulators

if TYPE_CHECKING:
    from pathlib import Path


def test_where_the_simulators_are_not_installed_one_sentence_says_where_they_are() -> None:
    require_simulators()
    with pytest.raises(ConfigurationError, match="not installed here: use the image ml-connector-sandbox"):
        require_simulators(find=lambda _: None)


def test_one_that_ran_before_does_not_start_again_and_everything_it_says_is_a_line_of_a_log(tmp_path: Path) -> None:
    marker = tmp_path / "cxml"
    command = [sys.executable, "-m", "workers.command", "sandbox", "cxml", "--once", str(marker)]
    environment = {"ML_CONNECTOR_LOG_FORMAT": "json", "ML_CONNECTOR_LOG_LEVEL": "info"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr is not None
        started = json.loads(first.stderr.readline())
        with urllib.request.urlopen(f"{started['url']}/_sandbox/state?only=documents") as answer:  # noqa: S310 - it is ours
            begins_with = json.load(answer)["documents"]
        first.terminate()
        assert first.stderr.read() == ""
    assert started["event"] == "sandbox.started"
    assert started["url"].startswith("http://127.0.0.1:")
    assert marker.exists()
    assert not any(begins_with.values()), "a target begins with what `up` gives it: nothing"

    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert second.returncode == 1
    assert not second.stdout
    (line,) = map(json.loads, second.stderr.splitlines())
    assert line["level"] == "critical"
    assert "has forgotten what it held" in line["error"]
