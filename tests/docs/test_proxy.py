"""The example for the proxy lets SAP Concur's certificate in, and no other whatever its owner wrote into it."""

from __future__ import annotations

import re

import pytest
from cryptography.x509 import Name, NameAttribute, ObjectIdentifier
from cryptography.x509.oid import NameOID as Oid

from connector import registry
from tests.docs.pages import ROOT

#: the name in its client certificate
NAME = registry.sender("concur").events.certificate
PAGE = (ROOT / "docs" / "operations.md").read_text()
(MAP,) = re.findall(r"map \$ssl_client_s_dn \$concur_name \{(.*?)\}", PAGE, re.DOTALL)
(RULE,) = re.findall(r'"~(.+?)"\s+(\S+?);', MAP)
COUNTRY, STATE, PLACE = Oid.COUNTRY_NAME, Oid.STATE_OR_PROVINCE_NAME, Oid.LOCALITY_NAME
COMPANY, UNIT, COMMON = Oid.ORGANIZATION_NAME, Oid.ORGANIZATIONAL_UNIT_NAME, Oid.COMMON_NAME


def passed_on(*attributes: tuple[ObjectIdentifier, str]) -> str:
    """What the proxy makes of a certificate's name, which nginx writes as RFC 2253 says."""
    subject = Name([NameAttribute(oid, value) for oid, value in attributes]).rfc4514_string()
    pattern, name = RULE
    return name if re.search(pattern, subject) else ""


def test_saps_certificate_is_let_in() -> None:
    assert passed_on((COMMON, NAME)) == NAME
    whole = ((COUNTRY, "US"), (STATE, "Washington"), (COMPANY, "SAP, Inc."), (COMMON, NAME))
    assert passed_on(*whole) == NAME


@pytest.mark.parametrize(
    "subject",
    [
        [(COMPANY, f"x,CN={NAME}"), (COMMON, "evil.example")],
        [(COMMON, "evil.example"), (UNIT, f"x,CN={NAME}")],
        [(COMMON, "evil.example"), (UNIT, f"x,CN={NAME},O=y")],
        [(COMMON, f"x,CN={NAME}")],
        [(COMMON, f"{NAME},x")],
        [(COMMON, f"{NAME}.evil.example")],
        [(COMMON, f"evil-{NAME}")],
        [(COMMON, NAME.replace(".", "-"))],
        [(PLACE, f"CN={NAME}"), (COMMON, "evil.example")],
        [(COMMON, "evil.example"), (PLACE, f"CN={NAME}")],
    ],
)
def test_nobody_else_is_whatever_their_name_holds(subject: list[tuple[object, str]]) -> None:
    assert passed_on(*subject) == ""
