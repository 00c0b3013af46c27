"""Invocations of functions: the run has the functions, and its Invoke API takes requests as AWS does."""

from __future__ import annotations

import base64
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, unquote, urlsplit

from lattice_events.cloud.endpoint.moto_side import Ran
from lattice_events.cloud.endpoint.refusal import RefusedError
from lattice_events.cloud.endpoint.wsgi import Answer, ApiRequest

_PASSED_ON = ("X-Amz-Invocation-Type", "X-Amz-Log-Type", "X-Amz-Client-Context", "X-Amz-Tenant-Id")


class Invoking:
    """Asks the Invoke API of the run, once it is known."""

    def __init__(self, settle: Callable[[], None]) -> None:
        """Prepare; `settle` returns when the run knows every function."""
        self._settle = settle
        self._netloc = ""

    def ask_at(self, url: str) -> None:
        """Know where the Invoke API is."""
        self._netloc = urlsplit(url).netloc

    def invoke(self, request: ApiRequest) -> Answer:
        """Do what a client asks for."""
        headers = {name: request.header(name) for name in _PASSED_ON if request.header(name)}
        target = f"{request.raw_path}?{request.query}" if request.query else request.raw_path
        answer = self._post(target, headers, request.body)
        if answer.status == HTTPStatus.NOT_FOUND:
            name = unquote(request.raw_path.split("/")[3])
            raise RefusedError(
                404, "ResourceNotFoundException", f"Function not found: {name}: it is not deployed here."
            )
        return answer

    def run_function(self, arn: str, event: bytes) -> Ran:
        """Do what moto asks for: an event of SNS, say.

        Raises:
            RefusedError: The function is not there, or the run is at its end.
        """
        if not self._netloc:  # what was done before is done again, but functions have run
            return Ran("null", failed=False, log="")
        self._settle()
        path = f"/2015-03-31/functions/{quote(arn, safe='')}/invocations"
        answer = self._post(path, {"X-Amz-Log-Type": "Tail"}, event)
        log = base64.b64decode(answer.header("x-amz-log-result")).decode(errors="replace")
        failed = bool(answer.header("x-amz-function-error")) or answer.status >= 300
        return Ran(answer.body.decode(errors="replace"), failed=failed, log=log)

    def _post(self, target: str, headers: dict[str, str], body: bytes) -> Answer:
        connection = HTTPConnection(self._netloc)
        try:
            connection.request("POST", target, body=body, headers=headers)
            response = connection.getresponse()
            return Answer(status=response.status, headers=tuple(response.getheaders()), body=response.read())
        except (OSError, HTTPException) as error:
            raise RefusedError(503, "ServiceException", "lattice cloud is stopping.") from error
        finally:
            connection.close()
