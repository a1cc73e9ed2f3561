"""Whose token it is: the company's own profile (documented), which SAP asks a connected application to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError, CredentialsRefused
from connector.ports import Profile
from connector.reading import values

if TYPE_CHECKING:
    from connector.systems.concur.client import ConcurClient
    from connector.systems.concur.names import Names

_EXPENSE = "com:concur:Expense:0.1"
#: nobody's name is longer, and what is shown to people is cut
_LONGEST = 200


def read(client: ConcurClient, names: Names, *, company: str) -> Profile:
    """Ask for the profile; where Concur does not show it, that is said in it, for the login itself has worked.

    Raises CredentialsRefused when it is another company's than the one whose id came with the request token.
    """
    try:
        reply = client.get(names("profile", "me"))
        body = reply.body if isinstance(reply.body, dict) else {}
        if not values.text(body.get("id")):
            raise reply.no_answer("without a company's id")
    except ConnectorError as error:
        return Profile(why=error.message)
    theirs = values.text(body["id"])
    if theirs.lower() != company.lower():
        raise CredentialsRefused(
            f"The App Center handed over the company {company}, and a request token that belongs to {_cut(theirs)}; "
            "nothing was connected. Press Connect there again."
        )
    return _profile(body)


def _profile(body: dict[str, Any]) -> Profile:
    addresses, expense = body.get("addresses"), body.get(_EXPENSE)
    address = addresses[0] if isinstance(addresses, list) and addresses and isinstance(addresses[0], dict) else {}
    offer = expense if isinstance(expense, dict) else {}
    return Profile(
        name=_cut(body.get("name")),
        domain=_cut(body.get("companyDomain")),
        country=_cut(address.get("country")),
        edition=_cut(offer.get("marketingName")),
        language=_cut(body.get("defaultLanguage")),
    )


def _cut(value: object) -> str:
    found = values.text(value)
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}..."
