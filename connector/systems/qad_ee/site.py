"""One site as this connection reaches it: every way to ask it, opened when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.http.opening import opened
from connector.systems.qad.adaptive.auth import login
from connector.systems.qad.adaptive.client import QadClient
from connector.systems.qad.adaptive.posting_search import Search as BrowseSearch
from connector.systems.qad.source import QadSource
from connector.systems.qad_ee.asking import QueryQDoc, QueryService, WsaOperation
from connector.systems.qad_ee.client import QdocClient
from connector.systems.qad_ee.config import PASSWORD, Way
from connector.systems.qad_ee.inbox import Pushed
from connector.systems.qad_ee.searches import AskedSearch, Nowhere, PushedSearch
from connector.systems.qad_ee.wsa import WsaClient

if TYPE_CHECKING:
    from connector.http.session import Http
    from connector.ports import OpenConnection
    from connector.systems.qad.adaptive.auth import Login
    from connector.systems.qad.entities.finding import Search
    from connector.systems.qad_ee.asking import Asked
    from connector.systems.qad_ee.config import QadEeConfig
    from connector.systems.qad_ee.names import Names
    from connector.systems.qad_ee.reading_names import Operation


class Site:
    """Everything a connection can be asked."""

    def __init__(self, connection: OpenConnection, config: QadEeConfig, names: Names) -> None:
        self.connection, self.config, self.names = connection, config, names
        self.where = f"QAD connection {connection.name}"
        self._password = connection.secrets.get(PASSWORD, "")
        self.client = QdocClient(
            name=connection.name,
            http=self._http(config.qxi_url),
            config=config,
            names=names,
            password=self._password,
        )

    def place(self) -> dict[str, str]:
        """Return where documents are read: the connection's own domain and entity."""
        return {"domain": self.config.domain, "entity": self.config.entity}

    def asked(self, entity: str) -> Asked:
        """Return the question for an entity; raises ConfigurationError for one that is not described."""
        known, way, path = self.names.entity(entity), self.config.way(entity), f"entities.{entity}"
        if way is Way.QUERY_SERVICE:
            if known.query_service is None:
                raise ConfigurationError(
                    f"{self.where}: the Query Service cannot query {entity}; read it in another way (reads.{entity}), "
                    "or "
                    f"describe a profile under {path}.query_service."
                )
            return QueryService(
                client=self.client,
                names=self.names,
                query=known.query_service,
                domain=self.config.domain,
                most=self.config.page_size,
            )
        operation = known.wsa if way is Way.WSA else known.query_qdoc
        return self._operation(way, operation, self.config.domain, f"{path}.{way.value}")

    def search(self, posting: str, entity: str) -> Search:
        """Return what looks for a posting in an entity."""
        named, way, domain = self.names.posting(posting), self.config.asked_back(posting), self.config.domains[entity]
        written = self.config.formats
        match way:
            case Way.NONE:
                return Nowhere(self.where, posting)
            case Way.BROWSE:
                client = self._browsing(f"{domain}_{entity}")
                browse = self.names.browses.posting(posting)
                return BrowseSearch(client=client, posting=browse, size=self.config.page_size, written=written)
            case Way.QXO:
                return PushedSearch(
                    pushed=self.pushed(),
                    posting=named,
                    one=self.names.posted[posting],
                    own=entity == self.config.entity,
                    entity=entity,
                    written=written,
                )
            case _:
                operation = named.wsa if way is Way.WSA else named.query_qdoc
                asked = self._operation(way, operation, domain, f"entities.{posting}.search.{way.value}")
                return AskedSearch(asked=asked, posting=named, domain=domain, entity=entity, written=written)

    def pushed(self) -> Pushed:
        """Return what QXO pushed to this connection."""
        return Pushed(where=self.where, inbox=self.connection.inbox, names=self.names, written=self.config.formats)

    def browses(self) -> QadSource:
        """Return the reader of this site's browses."""
        return QadSource(client=self.browser(), names=self.names.browses, config=self.config.browsing)

    def browsing_login(self) -> Login:
        """Return how we sign in to the browses."""
        return login(
            name=self.connection.name,
            http=self._http(self.config.browse_url),
            config=self.config.browsing,
            password=self._password,
            names=self.names.browses,
        )

    def browser(self) -> QadClient:
        """Return what asks the browses, for a ping."""
        return self._browsing(f"{self.config.domain}_{self.config.entity}")

    def _browsing(self, workspace: str) -> QadClient:
        sender = self.browsing_login().sender(self.connection.tokens)
        return QadClient(name=self.connection.name, sender=sender, names=self.names.browses, workspace=workspace)

    def _operation(self, way: Way, operation: Operation | None, domain: str, path: str) -> Asked:
        if operation is None:
            raise ConfigurationError(f"{self.where}: {path} is not described; give it its name and its parameters.")
        if way is Way.WSA:
            client = WsaClient(
                name=self.connection.name,
                http=self._http(self.config.wsa_url),
                config=self.config,
                password=self._password,
            )
            return WsaOperation(client=client, operation=operation, path=path)
        return QueryQDoc(client=self.client, names=self.names, operation=operation, domain=domain, path=path)

    def _http(self, url: str) -> Http:
        return opened(self.connection, url, self.config)
