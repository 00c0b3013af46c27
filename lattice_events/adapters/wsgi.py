"""Serve VPC Lattice with a WSGI app, such as Flask or Django, through a2wsgi and Mangum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from lattice_events.adapters.asgi import lattice_asgi
from lattice_events.errors import MissingExtraError

try:
    from a2wsgi import WSGIMiddleware
except ImportError as error:
    raise MissingExtraError("wsgi", needed_for="lattice_wsgi") from error


def lattice_wsgi(
    app: Any,
    *,
    on_error: Literal["respond", "raise"] = "respond",
    gzip: bool = False,
    multiple_set_cookie: Literal["list", "cookies", "refuse"] = "list",
) -> Callable[[Any, Any], dict[str, Any]]:
    """Make a Lambda handler of a WSGI app, for both event versions.

    The app finds the decoded `Request` in ``environ["lattice.request"]``, event and Lambda context in
    ``environ["aws.event"]`` and ``environ["aws.context"]``, the path as it was sent in
    ``environ["RAW_URI"]``. WSGI joins the values of a repeated header with a comma.

    Args:
        app: WSGI.
        on_error: See `lattice_handler`.
        gzip: See `lattice_handler`.
        multiple_set_cookie: See `encode_response`.
    """

    def with_lattice(environ: dict[str, Any], start_response: Any) -> Any:
        scope = environ["asgi.scope"]
        request = scope["lattice.request"]
        environ["RAW_URI"] = request.target
        # The length that is true, and there at all: WSGI apps read no further than it says.
        environ["CONTENT_LENGTH"] = str(len(request.body))
        for name in ("lattice.request", "aws.event", "aws.context"):
            environ[name] = scope[name]
        return app(environ, start_response)

    # One request at a time is all that a Lambda process gets.
    wrapped = WSGIMiddleware(with_lattice, workers=1)  # type: ignore[arg-type]  # a2wsgi's own Environ type
    return lattice_asgi(
        wrapped, lifespan="off", on_error=on_error, gzip=gzip, multiple_set_cookie=multiple_set_cookie
    )
