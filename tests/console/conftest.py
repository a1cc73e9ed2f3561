from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.console.receiver import Receiver, pem

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def private_keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(65537, 2048) for _ in range(2)]


@pytest.fixture
def receiver(private_keys: list[rsa.RSAPrivateKey]) -> Iterator[Receiver]:
    with Receiver(pem(*private_keys)) as running:
        yield running
