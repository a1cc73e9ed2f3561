"""What a deployment decides about where the console leads: to an identity provider (OpenID Connect), to Flower."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_settings import BaseSettings

from connector.config.described import setting
from connector.config.values import http_or_https


class SigningIn(BaseSettings):
    """The identity provider, who we are to it, and which of its groups may what here."""

    flower_url: Annotated[str, AfterValidator(http_or_https)] = setting(
        "",
        "Where people reach Flower, as their browsers show it: the console leads there.",
        "an address that begins with https:// or http://",
    )
    oidc_issuer: Annotated[str, AfterValidator(http_or_https)] = setting(
        "",
        "The identity provider that people may sign in with, by OpenID Connect: its issuer, as its discovery document "
        "says it. Not set: people sign in with passwords alone. It needs `ML_CONNECTOR_CONSOLE_URL`, and is told that "
        "address with `/sign-in/back` behind it.",
        "an address that begins with https://",
    )
    oidc_client_id: str = setting("", "Who we are to the identity provider.", "the client id it gave us")
    oidc_client_secret: str = setting(
        "",
        "What proves that to it. Not set: the provider knows us as a public client.",
        "the client secret it gave us",
        secret=True,
    )
    oidc_name: str = setting(
        "single sign-on",
        "What the button says behind `Sign in with`.",
        "a name of 40 characters at most",
        max_length=40,
    )
    oidc_scopes: str = setting(
        "openid profile email",
        "What is asked for: some providers tell groups only for a scope of their own.",
        "words that begin with openid",
        pattern=r"^openid( [\x21\x23-\x5B\x5D-\x7E]+)*$",
    )
    oidc_groups_claim: str = setting(
        "groups",
        "The claim that lists somebody's groups; `realm_access.roles` is one inside another.",
        "the name of a claim",
        min_length=1,
    )
    oidc_admin_groups: str = setting(
        "", "Groups whose members are admins here, with semicolons or lines between them.", "names of groups"
    )
    oidc_operator_groups: str = setting("", "The same of operators.", "names of groups")
    oidc_viewer_groups: str = setting(
        "", "The same of viewers. Whoever is in no group of the three is not let in.", "names of groups"
    )
