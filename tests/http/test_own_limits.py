"""An answer that is short for its connection may be long for what it answers: a token of thousands of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, Unanswered, Unavailable
from connector.http.limits import Limit
from connector.http.request import Request
from connector.reading import answer_limits
from connector.systems import concur, jaggaer, qad
from tests.http.misbehaving import says

if TYPE_CHECKING:
    from tests.http.misbehaving import Server

SMALL = Limit(most_bytes=1000, most_elements=100, advice="where that is right, raise it")
#: ten times as much as the small one, and a tenth of what the connection reads
MIDDLING = b"[%s]" % (b"1," * 4999 + b"1")


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/things/token", "things/token"),
        ("/things/17/items/4", "things/{thing}/items/{item}"),
        ("/things/docs/a/b", "things/docs/"),
    ],
)
def test_an_answer_longer_than_its_own_limit_is_not_read_though_its_connection_reads_more(
    server: Server, path: str, own: str
) -> None:
    for asked in (path, "/things", f"{path}/more"):
        server.on(asked, says(body=MIDDLING))
    http = server.http(most_bytes=100_000, most_elements=50_000, limits={own: SMALL})

    with pytest.raises(Unavailable, match=r"answered with more than 1,000 bytes, .* where that is right, raise it"):
        http.send(Request(method="GET", url=path))
    with pytest.raises(Unanswered, match="may have taken effect"):
        http.send(Request(method="POST", url=path, json={}, writes=True))
    assert len(http.send(Request(method="GET", url="/things")).json()) == 5000
    if not own.endswith("/"):
        assert len(http.send(Request(method="GET", url=f"{path}/more")).json()) == 5000


def test_an_entity_may_have_more_values_or_bytes_than_its_connection_reads(server: Server) -> None:
    server.on("/all", says(body=MIDDLING))
    more = Limit(most_bytes=100_000, most_elements=50_000)
    with pytest.raises(Unavailable, match="more than 1,000 bytes"):
        server.http(most_bytes=1000).send(Request(method="GET", url="/all"))
    assert (
        len(server.http(most_bytes=1000, limits={"all": more}).send(Request(method="GET", url="/all")).json()) == 5000
    )
    few = Limit(most_bytes=100_000, most_elements=100)
    with pytest.raises(Unavailable, match="more than 100 values"):
        server.http(limits={"all": few}).send(Request(method="GET", url="/all"))


SYSTEMS = {"qad": qad.__name__, "jaggaer": jaggaer.__name__, "concur": concur.__name__}


def own(system: str, overrides: dict[str, Any] | None = None) -> dict[str, Limit]:
    return answer_limits.limits(SYSTEMS[system], overrides or {}, login="https://j1.example/auth/token")


@pytest.mark.parametrize(
    ("system", "path"), [("qad", "oauth/token"), ("jaggaer", "/auth/token"), ("concur", "oauth2/v0/token")]
)
def test_a_login_reads_a_token_and_no_more(system: str, path: str) -> None:
    assert own(system)[path].most_bytes == 1_000_000
    assert own(system)[path].most_elements == 1000
    changed = own(system, {"answers": {"login": {"megabytes": 2}}})
    assert changed[path].most_bytes == 2_000_000


def test_a_limit_follows_the_name_of_its_path() -> None:
    moved = own("concur", {"profile": {"me": "profile/v9/me"}, "list_items": {"bulk": None}})
    assert moved["profile/v9/me"].most_elements == 10_000
    assert "profile/v1/me" not in moved
    assert own("concur", {"answers": {"login": None}}).keys() == own("concur").keys() - {
        "oauth2/v0/token",
        "/auth/token",
    }
    assert own("concur", {"answers": None}) == {}


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"login": {"elements": 0}}, "entities.answers.login.elements must be a whole number of at least 1"),
        ({"login": {"megabytes": None}}, "entities.answers.login.megabytes must be a whole number of at least 1"),
        ({"login": {"paths": ["login.tokens"]}}, "'login.tokens', which is no place of a name"),
        ({"logins": {}}, "Did you mean 'login'"),
    ],
)
def test_what_is_no_limit_is_refused_in_a_sentence(answers: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        own("concur", {"answers": answers})
