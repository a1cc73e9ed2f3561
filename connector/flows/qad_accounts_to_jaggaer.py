"""GL accounts: each QAD account becomes a value of the accounting field JAGGAER's approvers code lines with.

The tenant names that field (``account_field`` of the JAGGAER connection). An account that is no longer active in QAD is
sent with active "false", so that nobody codes to it. The chart of accounts lives in QAD: nothing of the GL structure is
ever written back, there is no flow in that direction.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import Needs
from connector.posting import codes_without_case
from connector.systems.jaggaer import documents as jaggaer
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

OPTIONS: Mapping[str, Option] = {}


def needs(_account: qad.GLAccount, _options: Mapping[str, Any]) -> Needs:
    """Nothing: an account depends on no other document and its code is the same on both sides."""
    return Needs()


def map_account(account: qad.GLAccount, _known: Known, _options: Mapping[str, Any]) -> Mapped | Outcome:
    """The field value, created or updated; an account without a description is described by its own code."""
    body = jaggaer.account_value(
        value=account.account, description=account.description or account.account, active=account.active
    )
    return Mapped(key=account.account, body=body)


FLOW: Flow[qad.GLAccount] = Flow(
    name="qad_accounts_to_jaggaer",
    kind="qad-jaggaer",
    title="GL accounts",
    source=Side(system="qad", entity="accounts"),
    target=Side(system="jaggaer", entity="account_values"),
    schedule="every 1h",
    options=OPTIONS,
    parse=partial(qad.parse, qad.GLAccount),
    summarise=qad.GLAccount.summarised,
    active=lambda account: account.active,
    key_field="account",
    fold=codes_without_case.folded,
    crosswalks=(),
    needs=needs,
    map=map_account,
)
