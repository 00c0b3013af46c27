"""What ``.netrc`` says of hosts never takes the place of a signature."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from lattice_events.client.requests import LatticeAuth
from lattice_events.errors import SigningError
from lattice_events.testing import Answer, LatticeService

PASSWORD = "Basic " + base64.b64encode(b"me:secret").decode()
BEARER = "Bearer the-user's-token"


@pytest.fixture(params=["default login me password secret", "machine {host} login me password secret"])
def netrc(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An entry for each of our hosts, in a file of the user's home or a named one."""
    (tmp_path / ".netrc").write_text(
        "\n".join({request.param.format(host=host) for host in ("127.0.0.1", "localhost")})
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    yield
    assert requests.utils.get_netrc_auth("http://localhost/") == ("me", "secret")


@pytest.fixture
def elsewhere() -> Iterator[LatticeService]:
    with LatticeService(allow_anonymous=True) as service:
        service.url = service.url.replace("127.0.0.1", "localhost")
        yield service


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize(
    ("mode", "own"), [("header", {}), ("query", {"authorization": BEARER}), ("query", {})]
)
def test_a_signed_host_gets_no_password_in_any_hop(
    mode: Any, own: dict[str, str], lattice_service: LatticeService
) -> None:
    lattice_service.play(Answer(307, headers=(("location", "/next"),)))
    with lattice_service.session(mode=mode) as session:
        session.headers.update(own)
        assert session.get(lattice_service.url).status_code == 200

    assert [each.accepted for each in lattice_service.verifications] == [True, True]
    for request in lattice_service.requests:
        assert PASSWORD not in request.headers.get_all("authorization")
        assert mode == "header" or request.headers.get("authorization") == own.get("authorization")


@pytest.mark.usefixtures("netrc")
def test_another_host_gets_it_as_from_requests(
    lattice_service: LatticeService, elsewhere: LatticeService
) -> None:
    with lattice_service.session() as session:
        session.get(elsewhere.url)
        lattice_service.play(Answer(307, headers=(("location", elsewhere.url),)))
        session.get(lattice_service.url)
        session.trust_env = False
        session.get(elsewhere.url)

    passwords = [request.headers.get("authorization") for request in elsewhere.requests]
    assert passwords == [PASSWORD, PASSWORD, None]


@pytest.mark.usefixtures("netrc")
def test_the_signature_alone_is_not_replaced_either(lattice_service: LatticeService) -> None:
    auth = LatticeAuth(**lattice_service.options)

    assert requests.get(lattice_service.url, auth=auth, timeout=30).status_code == 200


@pytest.mark.usefixtures("netrc")
def test_a_password_that_the_caller_gives_is_still_the_caller_s(lattice_service: LatticeService) -> None:
    with_password = lattice_service.url.replace("//", "//me:secret@")
    with lattice_service.session(mode="query") as session:
        session.get(with_password)
        session.get(lattice_service.url, auth=("me", "secret"))
    with lattice_service.session() as session, pytest.raises(SigningError, match="Authorization header"):
        session.get(with_password)

    assert [each.headers.get("authorization") for each in lattice_service.requests] == [PASSWORD] * 2
