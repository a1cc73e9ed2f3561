"""Golden pairs, by kind of integration: what a flow reads, and what it sends or why it does not.

``<case>.source.json`` is the source document. ``<case>.target.json`` is the key, body and facts,
``<case>.outcome.json`` the outcome. ``<case>.ledger.json`` says what the ledger knows, where it is not everything:
links, codes, facts, options.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical
from tests.flows.qad_concur.ledger import ask as ask_of_concur
from tests.flows.qad_cxml.ledger import ask as ask_of_cxml
from tests.flows.qad_jaggaer.ledger import ask as ask_of_jaggaer

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.flow import Flow


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Those of one kind. A case is ``<flow>/<name>``."""

    folder: Path
    #: parse, ask the ledger, map
    ask: Callable[..., Any]

    @property
    def cases(self) -> list[str]:
        """All of them."""
        sources = self.folder.glob("*/*.source.json")
        return sorted(path.relative_to(self.folder).as_posix().removesuffix(".source.json") for path in sources)

    def read(self, name: str) -> Any:  # whatever the file holds
        """A file of the folder, with exact amounts."""
        return canonical.loads((self.folder / name).read_bytes())

    def said(self, case: str, flow: Flow[Any] | None = None) -> Any:  # Mapped or any outcome
        """What the flow, or one in its place, says of a case's document."""
        kept = (self.folder / f"{case}.ledger.json").exists()
        flow = flow or registry.flow(case.partition("/")[0])
        return self.ask(flow, self.read(f"{case}.source.json"), **(self.read(f"{case}.ledger.json") if kept else {}))


_HERE = Path(__file__).parent
PAIRS = {
    "qad-jaggaer": Pairs(folder=_HERE / "qad_jaggaer" / "golden", ask=ask_of_jaggaer),
    "qad-concur": Pairs(folder=_HERE / "qad_concur" / "golden", ask=ask_of_concur),
    "qad-cxml": Pairs(folder=_HERE / "qad_cxml" / "golden", ask=ask_of_cxml),
}
