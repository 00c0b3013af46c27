"""Where everything of a run is, once it is up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lattice_events.network.model import Network, Service


@dataclass(frozen=True, kw_only=True)
class Ready:
    """Where everything is, once it runs.

    Attributes:
        ready_ms: From the start of the command.
        api_token: Of whoever acts through the inspector's API; it is printed nowhere but in the page's URL.
        notes: What should be said once about the sources and the run.
    """

    network: Network
    gateway_url: str
    tls_url: str
    control_url: str
    proxy_url: str
    ca_file: str
    ready_ms: float
    notes: Sequence[str]
    api_token: str = field(default="", repr=False)

    @property
    def inspector_url(self) -> str:
        """The inspector's page; the fragment, which no browser sends, has the token."""
        return f"{self.control_url}/#token={self.api_token}"

    def local_url(self, service: Service) -> str:
        """Where a browser or curl reaches a service without a proxy."""
        return f"http://{service.name}.localhost:{self.gateway_url.rpartition(':')[2]}/"


def service_url(service: Service) -> str:
    """The real URL of a service, without a path."""
    schemes = [listener.protocol.lower() for listener in service.listeners]
    scheme = "https" if "https" in schemes or not schemes else "http"
    ports = [listener.port for listener in service.listeners if listener.protocol.lower() == scheme]
    port = "" if not ports or ports[0] in (80, 443) else f":{ports[0]}"
    return f"{scheme}://{service.domain_name}{port}"
