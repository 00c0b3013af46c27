"""What the plugin's variables, ``${lattice:NAME.url}``, are in a local network: what it would call the same thing.

``plugin/lib/variables/address.js`` says how they are written.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from lattice_events.definitions.accounts import MADE_UP_ACCOUNT
from lattice_events.network.model import generated_domain_name, make_id
from lattice_events.readers.serverless.package import Package
from lattice_events.readers.serverless.unknown import placeholder

_SOURCE = "lattice:"
_NETWORK = "serviceNetwork/"
_REFERENCE = re.compile(re.escape(placeholder(f"{_SOURCE}@")).replace("@", r"([^{}]*)\.(\w+)"))
_ID = re.compile("(svc|sn)-[0-9a-z]{17}")


def with_looked_up(package: Package) -> Package:
    """A package whose variables of the source ``lattice`` have values, as far as a name gives them."""
    if not any(name.startswith(_SOURCE) for name in package.findings.unknown):
        return package
    answer = partial(_answer, region=package.region)
    return replace(
        package, template=_replaced(package.template, answer), state=_replaced(package.state, answer)
    )


def _replaced(value: Any, answer: Any) -> Any:
    if isinstance(value, str):
        return _REFERENCE.sub(answer, value)
    if isinstance(value, dict):
        return {key: _replaced(each, answer) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, answer) for each in value]
    return value


def _answer(found: re.Match[str], *, region: str) -> str:
    """The value; the placeholder where only AWS could know, as with the domain name of an id."""
    written, attribute = found.groups()
    name = written.removeprefix(_NETWORK).rpartition("/")[2]
    is_id = _ID.fullmatch(name)
    prefix = is_id[1] if is_id else "sn" if written.startswith(_NETWORK) else "svc"
    identifier = name if is_id else make_id(prefix, name)
    word = {"svc": "service", "sn": "servicenetwork"}[prefix]
    arn = f"arn:aws:vpc-lattice:{region}:{MADE_UP_ACCOUNT}:{word}/{identifier}"
    answers = {"id": identifier, "arn": written if written.startswith("arn:") else arn}
    if not is_id and prefix == "svc":
        domain = generated_domain_name(name, identifier, region)
        answers |= {"domainName": domain, "url": f"https://{domain}"}
    return answers.get(attribute, found[0])
