from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, CredentialsRefused, Unavailable
from connector.systems.qad.system import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_wrong_password_with_basic_is_told_once_for_the_connection(connect: Callable[..., Any]) -> None:
    with pytest.raises(CredentialsRefused, match="whether the instance allows Basic"):
        SYSTEM.ping(connect(auth="basic", password="not-it"))


def test_a_wrong_context_is_told_once_for_the_connection(instance: Any, connect: Callable[..., Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"has no .*oauth/token \(404\)|has no api/qracore/browses \(404\)"):
        SYSTEM.ping(connect(base_url=instance.url.replace("clouderp", "qad-central"), auth="basic"))


def test_an_instance_that_is_not_there_is_told_once_for_the_connection(connect: Callable[..., Any]) -> None:
    with pytest.raises(Unavailable, match="acme-qad"):
        SYSTEM.ping(connect(base_url="http://127.0.0.1:9/clouderp"))
