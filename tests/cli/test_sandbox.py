from __future__ import annotations

import pytest

from connector.domain.errors import ConfigurationError
from workers.simulators import require_simulators


def test_where_the_simulators_are_not_installed_one_sentence_says_where_they_are() -> None:
    require_simulators()
    with pytest.raises(ConfigurationError, match="not installed here: use the image ml-connector-sandbox"):
        require_simulators(find=lambda _: None)
