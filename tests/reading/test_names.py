from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError
from connector.reading.names import Basis, basis_of, merged, name_of, packaged

if TYPE_CHECKING:
    from pathlib import Path

YAML = """
orders:
  path: {name: api/orders, basis: seen in code}
  size: 50
  filter: null
  extra: {name: z, basis: documented}
  fields:
    number: {name: poNumber, basis: assumed}
    quantity: {name: qty, basis: assumed}
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    name = f"package_{abs(hash(request.node.nodeid))}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    (tmp_path / name / "entities.yaml").write_text(YAML)
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_without_overrides_the_packaged_names_stand(package: str) -> None:
    tree = merged(package, {})

    assert tree == packaged(package)
    assert name_of(tree["orders"]["fields"]["number"]) == "poNumber"
    assert basis_of(tree["orders"]["path"]) is Basis.SEEN_IN_CODE


def test_an_override_replaces_one_name_and_leaves_its_neighbours(package: str) -> None:
    tree = merged(
        package,
        {"orders": {"fields": {"number": "PO_NBR"}, "path": {"name": "v2"}, "filter": "ge", "extra": None, "size": 9}},
    )

    orders = tree["orders"]
    assert orders["fields"]["number"] == {"name": "PO_NBR", "basis": Basis.SET}
    assert orders["path"] == {"name": "v2", "basis": Basis.SET}
    assert name_of(orders["fields"]["quantity"]) == "qty"
    assert (name_of(orders["filter"]), name_of(orders["extra"]), orders["size"]) == ("ge", None, 9)
    assert basis_of(orders["filter"]) is Basis.SET


def test_overrides_of_one_connection_do_not_reach_another(package: str) -> None:
    merged(package, {"orders": {"fields": {"number": "PO_NBR"}}})

    assert name_of(merged(package, {})["orders"]["fields"]["number"]) == "poNumber"


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"order": {}}, r"entities\.order is not known\. Did you mean 'orders'\? Known here: orders"),
        (
            {"orders": {"fields": {"numbr": "x"}}},
            r"entities\.orders\.fields\.numbr is not known\. Did you mean 'number'",
        ),
        ({"orders": {"fields": {"zzz": "x"}}}, r"fields\.zzz is not known\. Known here: number, quantity"),
        ({"orders": "x"}, r"entities\.orders holds text where keys are expected"),
        ({"orders": {"size": "many"}}, r"entities\.orders\.size must be a number like 50, not text"),
        ({"orders": {"size": True}}, r"must be a number like 50, not true or false"),
        ({"orders": {"path": 7}}, r"entities\.orders\.path must be a name like 'api/orders', not a number"),
        ({"orders": {"path": " "}}, r"must be a name like 'api/orders', not empty text"),
        ({"orders": {"path": {"nam": "x"}}}, r"path\.nam is not known\. Did you mean 'name'"),
        ({"orders": {"path": {"name": None}}}, r"must be a name like 'api/orders', not nothing"),
        ({"orders": ["x"]}, r"entities\.orders holds a list"),
        ({"orders": {"size": {}}}, r"not keys"),
    ],
)
def test_a_mistake_is_named_with_its_path_and_the_nearest_right_key(
    package: str, overrides: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        merged(package, overrides)
