"""The examples of a system that lie in its folder as ``example.yaml`` and ``simulator.yaml``."""

from __future__ import annotations

from importlib import resources

from connector.ports import Examples


def packaged(package: str) -> Examples:
    """Read the examples of a package, e.g. ``connector.systems.qad``."""
    folder = resources.files(package)
    return Examples(
        connection=folder.joinpath("example.yaml").read_text("utf-8"),
        simulator=folder.joinpath("simulator.yaml").read_text("utf-8"),
    )
