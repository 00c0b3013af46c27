"""Certificates of a run: a certificate authority made for it, and what it signs.

The authority's key stays in memory. What children and users get is its certificate.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import certifi
import trustme

from lattice_events.errors import ManifestError, Problem

_MAX_CONTEXTS = 256


class RunAuthority:
    """A certificate authority that lives as long as the run."""

    def __init__(self) -> None:
        """Make the authority."""
        self._authority = trustme.CA(organization_name="lattice dev")
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def certificate_pem(self) -> bytes:
        """The authority's certificate."""
        return self._authority.cert_pem.bytes()

    def context_for(self, host: str) -> ssl.SSLContext:
        """A server context with a certificate for a host name; of ``localhost`` for what can have none."""
        host = host.lower()
        if host not in self._contexts:
            try:
                certificate = self._authority.issue_cert(host)
            except ValueError:  # no name of DNS: a character, or a label of over 63 bytes
                return self.context_for("localhost")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(["http/1.1"])
            certificate.configure_cert(context)
            self._remember(host, context)
        return self._contexts[host]

    def _remember(self, host: str, context: ssl.SSLContext) -> None:
        """Keep a context, and no more than some: a client may ask for any name."""
        if len(self._contexts) >= _MAX_CONTEXTS:
            del self._contexts[next(each for each in self._contexts if each != "localhost")]
        self._contexts[host] = context

    def context_by_name(self, has_host: Callable[[str], bool]) -> ssl.SSLContext:
        """A server context that picks the certificate by the name that the client asks for.

        Args:
            has_host: Whether a name, in lower case, is one to answer for; a certificate is made for each on
                first use. A client that asks for another, or for none, gets the certificate of ``localhost``.
        """
        context = self.context_for("localhost")

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
            if name and has_host(name.lower()):
                connection.context = self.context_for(name)

        context.sni_callback = choose
        return context

    def write_bundle(self, path: Path, *, shell: Mapping[str, str], extra: Sequence[Path]) -> None:
        """Write the roots that a child would have trusted, the extra ones and this run's own.

        Args:
            path: The file to write.
            shell: The user's environment, where ``SSL_CERT_FILE`` or ``REQUESTS_CA_BUNDLE`` may name the roots.
            extra: Further files, as of ``--extra-ca``.

        Raises:
            ManifestError: An extra file cannot be read or holds no certificate.
        """
        roots = [_usual_roots(shell), *(_read_certificates(file) for file in extra), self.certificate_pem]
        path.write_bytes(b"\n".join(roots))


@contextmanager
def quiet_names() -> Iterator[None]:
    """Keep off the terminal that a client asked for a name of bytes that are no ASCII.

    Python's `ssl` decodes the name before it asks for a certificate, answers with an alert if it cannot, and
    has no other place to report that.
    """
    before = sys.unraisablehook

    def report(unraisable: sys.UnraisableHookArgs) -> None:
        is_name = isinstance(unraisable.exc_value, UnicodeDecodeError) and type(unraisable.object) is bytes
        if not is_name:
            before(unraisable)

    sys.unraisablehook = report
    try:
        yield
    finally:
        sys.unraisablehook = before


def _usual_roots(shell: Mapping[str, str]) -> bytes:
    """What the user's programs trust: a bundle that the shell names, else the system's and certifi's."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        named = shell.get(name)
        if named and os.path.isfile(named):
            return Path(named).read_bytes()
    files = {ssl.get_default_verify_paths().cafile, certifi.where()}
    return b"\n".join(Path(file).read_bytes() for file in sorted(filter(None, files)))


def _read_certificates(file: Path) -> bytes:
    """A PEM file, checked."""
    try:
        pem = file.read_bytes()
        ssl.create_default_context(cadata=pem.decode())
    except (ssl.SSLError, ValueError) as error:
        problem = Problem("--extra-ca cannot be used: it contains no PEM certificate.", str(file))
        raise ManifestError((problem,)) from error
    except OSError as error:
        raise ManifestError((Problem(f"--extra-ca cannot be used: {error.strerror}.", str(file)),)) from error
    return pem
