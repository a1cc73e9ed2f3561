"""What a wheel of the product has besides code: files that nothing imports are easily left behind."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_pages_style_sheet_and_script_are_part_of_the_package_that_draws_with_them() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    package = ROOT / "connector" / "console"
    taken = {path for pattern in tool["package-data"]["*"] for path in package.glob(pattern)}
    needed = {path for path in package.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg"}}
    assert len(needed) > 10
    assert needed <= taken
