"""The writer of a connection: that of QAD, with as much certainty as this site's books can give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.exchange import Safety
from connector.systems.qad.target import QadTarget
from connector.systems.qad_ee.books import EnterpriseBooks
from connector.systems.qad_ee.config import Way

if TYPE_CHECKING:
    from connector.systems.qad_ee.site import Site

#: how sure it is that what is not shown is not there, by how a posting is asked back
_SAFETY = {Way.NONE: Safety.NONE, Way.QXO: Safety.TOLD}


class QadEeTarget(QadTarget):
    """Implements ``ports.Target``."""

    def __init__(self, site: Site) -> None:
        super().__init__(books=EnterpriseBooks(site), waits=site.config.ask_again_seconds)
        self._config = site.config

    def safety(self, entity: str) -> Safety:
        """Postings are asked for first, where the site has a way to; what is only pushed to us proves no absence."""
        super().safety(entity)
        return _SAFETY.get(self._config.asked_back(entity), Safety.ASK_FIRST)
