from __future__ import annotations

from connector.http.redact import HIDDEN, is_secret, shown, without


def test_secret_names_are_known_in_any_spelling() -> None:
    names = ("Authorization", "client_secret", "refreshToken", "X-Api-Key", "name", "n")
    assert [name for name in names if is_secret(name)] == [
        "Authorization",
        "client_secret",
        "refreshToken",
        "X-Api-Key",
    ]


def test_a_secret_the_other_side_repeats_is_taken_out() -> None:
    assert without("Bad secret hunter2hunter2 for hunter2", ["hunter2", "hunter2hunter2"]) == (
        f"Bad secret {HIDDEN} for {HIDDEN}"
    )
    assert without("a bad idea", ["a", ""]) == "a bad idea"


def test_an_address_is_shown_without_credentials_query_and_fragment() -> None:
    assert shown("https://u:p@erp.example:8443/a/b?token=x#y") == "https://erp.example:8443/a/b"
    assert shown("https://[broken") == "(unreadable address)"
