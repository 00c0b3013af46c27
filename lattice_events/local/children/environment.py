"""The environment of a function: built from what is named here, never inherited.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lattice_events.network.model import Function
from lattice_events.sigv4 import Credentials

SCRIPTS = Path(__file__).parent / "scripts"
"""That run in children: what stands here for Lambda's runtimes."""
NO_PROXY = "localhost,127.0.0.1,::1"  # a function's calls to its own machine stay there


@dataclass(frozen=True, kw_only=True)
class Places:
    """The folders of a function.

    Attributes:
        task_root: With its code.
        layers: With what its layers hold; empty without any.
    """

    task_root: str
    layers: str = ""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What every function of a run gets beside its own settings.

    Attributes:
        path: ``PATH``.
        home: ``HOME``, a folder of the run, so that nothing of the user's is found.
        tmpdir: ``TMPDIR``.
        ca_bundle: File with the roots to trust: the usual ones and the run's own.
        services: ``LATTICE_SERVICE_…_URL`` by name.
        lambda_url: Of the local Invoke API.
        overrides: What the user gave with ``--env``; wins over the template.
    """

    path: str
    home: str
    tmpdir: str
    ca_bundle: str
    services: Mapping[str, str]
    lambda_url: str
    overrides: Mapping[str, str]


def function_environment(
    function: Function,
    *,
    places: Places,
    surroundings: Surroundings,
    proxy_url: str,
    credentials: Credentials,
    log_stream: str,
) -> dict[str, str]:
    """Every variable of a function's process.

    The template's variables win over the machine's, what makes services reachable here (proxy,
    certificates, URLs) over the template's, ``--env`` over those, and Lambda's own over all.
    """
    machine = {
        "PATH": surroundings.path,
        "HOME": surroundings.home,
        "TMPDIR": surroundings.tmpdir,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONUNBUFFERED": "1",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        **lambda_variables(surroundings),
        **_search_paths(function, places, surroundings),
    }
    local = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "LATTICE_EVENTS_STRICT": "1",
        **logging_variables(function),
        **proxy_variables(proxy_url),
        **ca_variables(surroundings.ca_bundle),
        **surroundings.services,
    }
    reserved = {
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": places.task_root,
        "LAMBDA_RUNTIME_DIR": str(SCRIPTS),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.unqualified_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group or f"/aws/lambda/{function.unqualified_name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        **credential_variables(credentials, function.region),
    }
    return {**machine, **function.environment, **local, **surroundings.overrides, **reserved}


def lambda_variables(surroundings: Surroundings) -> dict[str, str]:
    """What points an SDK's Lambda client at the functions of the run, unless ``--env`` names another place."""
    name = "AWS_ENDPOINT_URL_LAMBDA"
    return {name: surroundings.overrides.get(name, surroundings.lambda_url)}


def _search_paths(function: Function, places: Places, surroundings: Surroundings) -> dict[str, str]:
    """What finds programs, libraries and Node's modules of the code and of layers.

    The system's libraries and Python's path are the child's own business. Programs of layers come first, since this
    machine has more programs than Lambda.
    """
    task_root, layers = places.task_root, places.layers
    libraries = [task_root, os.path.join(task_root, "lib")]
    modules: dict[str, str] = {}
    programs = surroundings.path
    if layers:
        programs = f"{os.path.join(layers, 'bin')}:{programs}"
        libraries.append(os.path.join(layers, "lib"))
    if layers and function.runtime.startswith("nodejs"):
        version = function.runtime.removeprefix("nodejs").partition(".")[0]
        folders = (f"node{version}/node_modules", "node_modules")
        modules = {"NODE_PATH": ":".join(os.path.join(layers, "nodejs", each) for each in folders)}
    return {"PATH": programs, "LD_LIBRARY_PATH": ":".join(libraries), **modules}


def log_stream_name(version: str, day: date, process: str) -> str:
    """The log stream of one process, as Lambda names it.

    Args:
        version: Of the function.
        day: On which it started.
        process: 32 hexadecimal digits of its own.
    """
    return f"{day:%Y/%m/%d}/[{version}]{process}"


def logging_variables(function: Function) -> dict[str, str]:
    """What the runtime client and Powertools read of a function's LoggingConfig.

    Source:
        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    if function.log_format != "JSON":
        return {}
    return {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": function.log_level or "INFO"}


def credential_variables(credentials: Credentials, region: str) -> dict[str, str]:
    """What AWS clients read to sign: the Region and the credentials."""
    token = {} if credentials.session_token is None else {"AWS_SESSION_TOKEN": credentials.session_token}
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        **token,
    }


def proxy_variables(url: str) -> dict[str, str]:
    """What clients read to find the proxy, in both spellings."""
    values = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": NO_PROXY}
    return {**values, **{name.lower(): value for name, value in values.items()}}


def ca_variables(bundle: str) -> dict[str, str]:
    """What OpenSSL, requests, botocore, curl and Node read to find the roots to trust."""
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    return dict.fromkeys(names, bundle)
