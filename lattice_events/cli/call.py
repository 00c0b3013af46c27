"""``lattice call``: call a service, signed, on AWS or in a running ``lattice dev``."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import click

from lattice_events.cli.colours import obey_no_color
from lattice_events.cli.completions import complete_caller, complete_words
from lattice_events.cli.event import read_body
from lattice_events.cli.items import Items, parse_items
from lattice_events.cli.names import find_caller, find_region, host_of
from lattice_events.client.credentials import DefaultCredentials
from lattice_events.client.discovery import ServiceURL, environment_region, look_up_service
from lattice_events.errors import (
    AccessDeniedError,
    CallError,
    ConfigurationError,
    MissingCredentialsError,
    SignatureRejectedError,
    UnreachableError,
)
from lattice_events.headers import Headers
from lattice_events.local.run.registry import Running, find_running
from lattice_events.redaction import hide_headers, hide_in_canonical, hide_in_text
from lattice_events.sigv4 import Credentials
from lattice_events.variables import environment_name

if TYPE_CHECKING:
    import requests

_METHOD = re.compile(r"[A-Z]+")


def _check_parts(_context: click.Context, _option: click.Parameter, what: str | None) -> str | None:
    """What --print may name."""
    if what is not None and not set(what) <= set("HBhb"):
        raise click.BadParameter(f"{what!r} may contain only the letters H, B, h and b.")
    return what


@click.command(context_settings={"ignore_unknown_options": False})
@click.argument(
    "words",
    nargs=-1,
    required=True,
    metavar="[METHOD] URL|SERVICE/PATH [ITEM]...",
    shell_complete=complete_words,
)
@click.option("--body", default="", help="The body: text, or @FILE for the bytes of a file.")
@click.option(
    "--print",
    "what",
    metavar="HBhb",
    callback=_check_parts,
    help="What to print: H and B are the request's headers and body, h and b the response's.",
)
@click.option("--check-status", is_flag=True, help="Exit with 3, 4 or 5 for a 3xx, 4xx or 5xx.")
@click.option("--anonymous", is_flag=True, help="Do not sign.")
@click.option("--profile", default=None, metavar="NAME", help="Sign as this profile of ~/.aws.")
@click.option(
    "--as",
    "caller",
    default=None,
    metavar="NAME",
    shell_complete=complete_caller,
    help="Sign as this caller of a running lattice dev.",
)
@click.option("--region", default=None, help="Region of the service, if its name does not contain it.")
@click.option(
    "--query",
    "in_query",
    is_flag=True,
    help="Sign in the query string, and keep your own Authorization header.",
)
@click.option("--timeout", default=30.0, show_default=True, help="Seconds for the whole call, with retries.")
@click.option("--explain", is_flag=True, help="Print what was signed and, for an error, what to check.")
@click.option("--direct", is_flag=True, help="Do not look for a running lattice dev.")
def call(
    words: tuple[str, ...],
    body: str,
    what: str | None,
    check_status: bool,
    anonymous: bool,
    profile: str | None,
    caller: str | None,
    region: str | None,
    in_query: bool,
    timeout: float,
    explain: bool,
    direct: bool,
) -> None:
    """Call a service: by URL, or by name, as in `lattice call foo-service/orders item=tea`.

    ITEMs are as in httpie: name=text and name:=JSON make a JSON body, name==value a query parameter,
    Name:value a header. The default METHOD is GET, or POST when there is a body.

    If a running `lattice dev` has the service, it is called there. Else its URL is read from
    LATTICE_SERVICE_<NAME>_URL, or looked up through the VPC Lattice API.
    """
    obey_no_color()
    method, place, items = _read_words(words)
    data, headers = _body(body, items)
    runs = [] if direct else find_running()
    target = _find(place, region=region, profile=profile, anonymous=anonymous, runs=runs)
    url = _with_query(target.url, items)
    session = target.session(
        anonymous=anonymous,
        profile=profile,
        caller=caller,
        mode="query" if in_query else "header",
        timeout=timeout,
    )
    try:
        with session:
            response = session.request(
                method or ("GET" if data is None else "POST"), url, headers=_joined(headers), data=data
            )
    except CallError as error:
        if explain:
            _explain_error(error)
        if target.running is not None and caller is None and isinstance(error, SignatureRejectedError):
            names = ", ".join(each.name for each in target.running.callers)
            _note(
                f"lattice dev accepts only the credentials of its own callers: use --as with one of {names}."
            )
        raise
    except (OSError, ValueError) as error:  # of requests: an invalid URL or header
        raise click.UsageError(f"{hide_in_text(url)} cannot be called: {hide_in_text(str(error))}") from error
    if explain:
        _explain(response, target.running)
    _print(response, what)
    if check_status and response.status_code >= 300:
        sys.exit(response.status_code // 100)


def _read_words(words: tuple[str, ...]) -> tuple[str, str, Items]:
    """Method, if there is one, place and items."""
    method, rest = ("", list(words))
    if _METHOD.fullmatch(rest[0]) and len(rest) > 1:
        method = rest.pop(0)
    return method, rest[0], parse_items(tuple(rest[1:]))


def _body(text: str, items: Items) -> tuple[bytes | None, Headers]:
    """The body, and the headers with the content type that it has."""
    if text and items.fields:
        raise click.UsageError("--body and name=value items both set the body: give only one of them.")
    if not items.fields:
        return (read_body(text) if text else None), Headers(items.headers)
    json_headers = Headers({"Content-Type": "application/json", "Accept": "application/json, */*;q=0.5"})
    return json.dumps(items.fields).encode(), json_headers.with_items(items.headers)


def _joined(headers: Headers) -> dict[str, str]:
    """Headers as requests takes them: the values of one that repeats in one line, which means the same."""
    lists = headers.to_lists()
    return {name: ("; " if name == "cookie" else ", ").join(values) for name, values in lists.items()}


def _with_query(url: str, items: Items) -> str:
    """The URL with the items' parameters behind its own; a fragment, which is never sent, goes."""
    if not items.query:
        return url
    bare = url.partition("#")[0]
    return f"{bare}{'&' if '?' in bare else '?'}{urlencode(items.query)}"


class Target:
    """Where a call goes.

    Attributes:
        url: In full.
        running: The run of `lattice dev` that plays the service, or ``None`` for AWS.
    """

    def __init__(self, url: str, hosts: dict[str, str], running: Running | None) -> None:
        """Keep the place; `hosts` is for `LatticeSession`."""
        self.url, self._hosts, self.running = url, hosts, running

    def session(
        self,
        *,
        anonymous: bool,
        profile: str | None,
        caller: str | None,
        mode: Any,
        timeout: float,
        max_retries: int = 2,
    ) -> requests.Session:
        """A session that reaches it, as a caller of the run or as whoever the environment says."""
        from lattice_events.client.requests import LatticeSession

        known = None if caller is None else find_caller(caller, [self.running] if self.running else [])
        credentials: Callable[[], Credentials] = DefaultCredentials(profile=profile)
        if known is not None:
            made_up = known.credentials
            credentials = lambda: made_up  # noqa: E731
        elif self.running is not None and not anonymous and profile is None:
            anonymous = not _has_credentials(credentials)
        session = LatticeSession(
            hosts=self._hosts,
            credentials=credentials,
            anonymous=anonymous,
            mode=mode,
            deadline_seconds=timeout,
            max_retries=max_retries,
        )
        if self.running is not None:
            session.trust_env = False  # the way to it is its own proxy
            proxy_url = known.proxy_url if known else self.running.proxy_url
            session.proxies = dict.fromkeys(("http", "https"), proxy_url)
            session.verify = self.running.ca_file
        return session


def _has_credentials(credentials: Callable[[], object]) -> bool:
    """Whether there are any; a local network can be called without."""
    try:
        credentials()
    except MissingCredentialsError:
        return False
    return True


def _find(
    place: str, *, region: str | None, profile: str | None, anonymous: bool, runs: list[Running]
) -> Target:
    """Find what a URL or ``service/path`` means, and the Region to sign for."""
    url, known, running = _locate(place, region, profile, runs)
    host = host_of(url)
    # AWS_REGION says nothing of a host that was typed; no other than a service may see a token.
    found = find_region(host, region, known)
    if found is None and not anonymous:
        raise click.UsageError(
            f"{host} is not a generated Lattice name, so its Region is unknown: give --region to sign the request, or "
            "--anonymous to send it unsigned."
        )
    return Target(url, {host: found} if found else {}, running)


def _locate(
    place: str, region: str | None, profile: str | None, runs: list[Running]
) -> tuple[str, str | None, Running | None]:
    """The URL that is meant, the Region if something tells it, and the run that plays it."""
    if "://" in place:
        host = host_of(place)
        running = next((each for each in runs if each.serves(host)), None)
        return place, running.regions[host] if running else None, running
    name, slash, path = place.partition("/")
    for running in runs:
        if name in running.urls:
            url = running.urls[name]
            return f"{url}{slash}{path}", running.regions[host_of(url)], running
    url = os.environ.get(environment_name(name), "").strip()
    if url:
        return f"{url}{slash}{path}", environment_region(), None
    found = _look_up(name, region, profile, runs)
    return f"{found.url}{slash}{path}", next(iter(found.hosts.values()), None), None


def _look_up(name: str, region: str | None, profile: str | None, runs: list[Running]) -> ServiceURL:
    """Ask AWS where a service is."""
    try:
        import boto3
        import botocore.exceptions
    except ImportError as error:
        raise _not_found(
            name,
            runs,
            "boto3, which the VPC Lattice API lookup needs, is not installed "
            "(pip install 'lattice-events[boto3]').",
        ) from error
    try:
        client = boto3.Session(profile_name=profile, region_name=region).client("vpc-lattice")
        return look_up_service(name, client=client)
    except (botocore.exceptions.BotoCoreError, ConfigurationError) as error:
        raise _not_found(name, runs, f"the VPC Lattice API lookup failed: {error}") from error


def _not_found(name: str, runs: list[Running], problem: str) -> ConfigurationError:
    """The error of a name that means nothing."""
    known = ", ".join(sorted(name for each in runs for name in each.urls))
    here = f"the running lattice dev has {known}" if runs else "no lattice dev is running"
    return ConfigurationError(
        f"The URL of the service {name!r} is unknown: {here}, {environment_name(name)} is not set, and "
        f"{problem}"
    )


def _print(response: requests.Response, what: str | None) -> None:
    """Print what was asked for: on a terminal headers and body, else the body."""
    chosen = what if what is not None else ("hb" if sys.stdout.isatty() else "b")
    request = response.request
    if "H" in chosen:
        parts = urlsplit(request.url or "")
        click.echo(hide_in_text(f"{request.method} {parts.path}{'?' + parts.query if parts.query else ''}"))
        _print_headers({**request.headers, "host": parts.netloc})
    if "B" in chosen and request.body:
        click.echo(request.body)
    if "h" in chosen:
        click.echo(click.style(f"HTTP {response.status_code} {response.reason}", bold=True))
        _print_headers(response.headers)
    if "b" in chosen:
        click.echo(response.content, nl=sys.stdout.isatty())


def _print_headers(headers: Any) -> None:
    """Headers, a line each, and an empty line; secrets hidden."""
    for name, value in hide_headers(headers.items()):
        click.echo(f"{click.style(name, fg='cyan')}: {value}")
    click.echo()


def _note(text: str) -> None:
    """A line on standard error."""
    click.echo(text, err=True)


def _explain(response: requests.Response, running: Running | None) -> None:
    """Say where a call went and what was signed."""
    from lattice_events.client.prepared import signed_request_of

    host = urlsplit(response.request.url or "").hostname
    _note(f"{host} answered {response.status_code}" + (", emulated by lattice dev." if running else "."))
    signed = signed_request_of(response.request)
    if signed is None:
        _note("The request was not signed.")
        return
    region = signed.string_to_sign.split("/")[1]  # of the credential scope
    _note(f"Signed for {region}; the canonical request:")
    _note(_indented(hide_in_canonical(signed.canonical_request)))
    _note("The string to sign:")
    _note(_indented(signed.string_to_sign))


def _explain_error(error: CallError) -> None:
    """Say what to look at next."""
    if isinstance(error, SignatureRejectedError) and error.canonical_request:
        _note("The canonical request that was signed:")
        _note(_indented(error.canonical_request))
    for command in next_commands(error):
        _note(f"Next: {command}")


def next_commands(error: CallError) -> list[str]:
    """The commands that show what is behind an error."""
    if isinstance(error, AccessDeniedError):
        service = error.resource_arn.rpartition("/")[2]
        if error.policy_layer == "service":
            return [f"aws vpc-lattice get-auth-policy --resource-identifier {service}"]
        if error.policy_layer == "network":
            return [
                f"aws vpc-lattice list-service-network-service-associations --service-identifier {service}",
                "aws vpc-lattice get-auth-policy --resource-identifier SERVICE_NETWORK_ID",
            ]
        role = error.principal.split("/")[1] if "assumed-role/" in error.principal else "ROLE"
        return [
            f"aws iam list-attached-role-policies --role-name {role}",
            f"aws iam list-role-policies --role-name {role}",
        ]
    if isinstance(error, SignatureRejectedError):
        return ["aws sts get-caller-identity"]
    if isinstance(error, UnreachableError):
        return [
            "aws vpc-lattice list-service-network-vpc-associations --vpc-identifier VPC_ID",
            "aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=*vpc-lattice",
        ]
    return []


def _indented(text: str) -> str:
    """The text, each line a little to the right."""
    return "\n".join(f"    {line}" for line in text.splitlines())
