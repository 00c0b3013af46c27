"""moto, set up to serve in this process: no Docker, no pages, no way out of this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import requests
import requests.adapters
from moto import settings
from moto.awslambda import models as awslambda
from moto.backends import get_backend, list_of_moto_modules
from moto.core.base_backend import AccountSpecificBackend
from moto.core.common_models import BaseModel
from moto.core.config import default_user_config
from moto.moto_api._internal import mock_random
from moto.moto_server import werkzeug_app

from lattice_events.cloud.endpoint.refusal import RefusedError
from lattice_events.cloud.endpoint.wsgi import Answer, ApiRequest, ask

_MAX_SHARED = 8  # packages: the functions of a stack have one or few


class Ran(NamedTuple):
    """How an invocation that moto asked for ended."""

    payload: str
    failed: bool
    log: str


RunFunction = Callable[[str, bytes], Ran]
"""Runs the function of an ARN with an event."""


class MotoSide:
    """The services beside VPC Lattice."""

    def __init__(self, run_function: RunFunction) -> None:
        """Set moto up for this process."""
        default_user_config["lambda"] = default_user_config["batch"] = {"use_docker": False}
        default_user_config["iam"] = {"load_aws_managed_policies": True}  # roles are given AWS's own
        default_user_config["core"]["passthrough"] = {"urls": [], "services": []}
        for where, name, ours in _changes(run_function):
            setattr(where, name, ours)
        self._app = werkzeug_app.DomainDispatcherApplication(werkzeug_app.create_backend_app)

    def listen_on(self, port: int) -> None:
        """Know the endpoint's port."""
        settings.moto_server_port = lambda: str(port)

    def reseed(self, seed: int) -> None:
        """Draw from here on."""
        mock_random.seed(seed)

    def stacks(self, account: str) -> dict[tuple[str, str], str]:
        """Status of every stack, by Region and name."""
        found = {}
        for region, backend in get_backend("cloudformation")[account].items():
            for stack in (*backend.deleted_stacks.values(), *backend.stacks.values()):
                found[region, stack.name] = stack.status
        return found

    def handle(self, request: ApiRequest) -> Answer:
        """Have moto answer.

        Raises:
            RefusedError: moto does not have the service, or fails.
        """
        self._check_service(request)
        try:
            return ask(self._app, request)
        except Exception as error:
            message = f"moto, which stands for this service in lattice cloud, failed: {type(error).__name__}: {error}"
            raise RefusedError(500, "InternalFailure", message) from error

    def _check_service(self, request: ApiRequest) -> None:
        """Refuse a service that moto does not have; it would fail on it with a traceback."""
        environ = dict(request.environ)
        try:
            host = self._app.infer_service_region_host(environ, request.path)
        except (KeyError, IndexError) as error:  # dynamodb without its header
            raise RefusedError(400, "InvalidAction", "The request does not name an operation.") from error
        if host is not None and not self._is_known(host):
            raise RefusedError(
                501, "UnknownServiceException", f"lattice cloud does not have the service of {host}."
            )

    def _is_known(self, host: str) -> bool:
        """Whether moto has a backend for a host or by a name; its own look-up prints where there is none."""
        patterns = self._app.backend_url_patterns
        return host in list_of_moto_modules() or any(each.match(f"http://{host}") for _, each in patterns)


def _changes(run_function: RunFunction) -> Iterator[tuple[Any, str, Any]]:
    """What of moto is another here: where, its name, and what it is."""
    yield werkzeug_app, "DISABLE_GLOBAL_CORS", True  # no page reads an answer
    yield (
        settings,
        "moto_server_host",
        lambda: "http://127.0.0.1",
    )  # functions answer for custom resources there
    yield requests.adapters.HTTPAdapter, "send", _send_nothing
    yield awslambda.LambdaFunction, "_invoke_lambda", _invoke_by(run_function)  # which asks Docker otherwise
    yield awslambda, "_s3_content", _sharing(awslambda._s3_content)  # noqa: SLF001
    yield AccountSpecificBackend, "__getitem__", _making_the_same(AccountSpecificBackend.__getitem__)
    yield BaseModel, "__new__", staticmethod(_new_model)


def _new_model(cls: type[Any], *_: Any, **__: Any) -> Any:
    """A model that goes when nobody has it: moto keeps all that it ever made, overwritten objects of S3 among them."""
    return object.__new__(cls)


def _send_nothing(_: Any, request: requests.PreparedRequest, **__: Any) -> requests.Response:
    """What stands for an answer to what moto would send: an SNS notification to a URL, say."""
    response = requests.Response()
    response.status_code, response.reason = 503, "lattice cloud sends nothing to other machines"
    response.request, response.url = request, request.url or ""
    return response


def _invoke_by(run_function: RunFunction) -> Callable[..., tuple[str, bool, str]]:
    def _invoke_lambda(self: Any, event: Any = None) -> tuple[str, bool, str]:
        ran = run_function(self.function_arn, json.dumps(event or {}).encode())
        return ran.payload, ran.failed, ran.log

    return _invoke_lambda


def _making_the_same(get: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Make each Region of a service alike in every run, whoever asks first: the ids of its default VPC, say."""

    def getitem(self: Any, region: str) -> Any:
        if region in self.keys():
            return get(self, region)
        drawn = mock_random.getstate()
        mock_random.seed(f"{self.service_name} {self.account_id} {region}")
        try:
            return get(self, region)
        finally:
            mock_random.setstate(drawn)

    return getitem


Content = tuple[bytes, int, str, str]


def _sharing(read: Callable[[Any], Content]) -> Callable[[Any], Content]:
    """Have functions with the same package share its bytes: each would read a copy of its own."""
    known: dict[str, Content] = {}

    def s3_content(key: Any) -> Content:
        content = read(key)
        name = content[2]
        content = known.pop(name, content)
        known[name] = content  # the last one that was asked for
        if len(known) > _MAX_SHARED:
            del known[next(iter(known))]
        return content

    return s3_content
