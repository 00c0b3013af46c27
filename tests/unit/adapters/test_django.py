"""Django, by ASGI and by WSGI: it reads no further than the content-length says, and turns dashes into underscores."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lattice_events.adapters.asgi import lattice_asgi
from lattice_events.adapters.wsgi import lattice_wsgi
from lattice_events.testing import FakeLambdaContext, call, make_event

django = pytest.importorskip("django")

MULTIPART = {"content-type": "multipart/form-data; boundary=B"}
UPLOAD = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\n\r\n\x00\xff\r\n--B--\r\n'


def tell(request: Any) -> Any:
    """What Django saw."""
    from django.http import JsonResponse

    files = {name: file.read().hex() for name, file in request.FILES.items()}
    identity = request.META.get("HTTP_X_AMZN_LATTICE_IDENTITY")
    seen = {"form": request.POST, "files": files, "query": request.GET, "identity": identity}
    return JsonResponse({**seen, "url": request.build_absolute_uri()})


@pytest.fixture(scope="module")
def handlers() -> dict[str, Any]:
    from django.conf import settings
    from django.core.handlers.asgi import ASGIHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.urls import re_path

    urls = type("urls", (), {"urlpatterns": [re_path("", tell)]})
    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=urls, DEBUG=True, LOGGING_CONFIG=None)
    django.setup()
    return {"asgi": lattice_asgi(ASGIHandler(), lifespan="off"), "wsgi": lattice_wsgi(WSGIHandler())}


@pytest.mark.parametrize("framework", ["asgi", "wsgi"])
@pytest.mark.parametrize("version", ["V1", "V2"])
def test_a_multipart_body_without_a_length_arrives_whole(
    handlers: dict[str, Any], framework: str, version: Any
) -> None:
    event = make_event("POST /?q=é", version=version, headers=MULTIPART, body=UPLOAD)
    del event["headers"]["content-length"]

    seen = json.loads(handlers[framework](event, FakeLambdaContext())["body"])

    assert (seen["form"], seen["files"], seen["query"]) == ({"a": "1"}, {"f": "00ff"}, {"q": "é"})
    assert seen["url"].startswith("https://")


@pytest.mark.parametrize("framework", ["asgi", "wsgi"])
@pytest.mark.parametrize("version", ["V1", "V2"])
def test_no_client_passes_for_another(handlers: dict[str, Any], framework: str, version: Any) -> None:
    spoofed = call(handlers[framework], version=version, headers={"X_Amzn_Lattice_Identity": "me"})

    assert "me" not in str(json.loads(spoofed.body)["identity"])
