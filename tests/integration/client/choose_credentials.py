"""A process of its own: for each environment of standard input, whom boto3 and whom we would sign as."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import boto3

from lattice_events.client import DefaultCredentials
from lattice_events.errors import SigningError


def choose_as_boto3() -> list[Any] | None:
    try:
        found = boto3.Session().get_credentials()
        frozen = found.get_frozen_credentials() if found else None
    except Exception:  # noqa: BLE001 - each provider fails in its own way
        return None
    return [frozen.access_key, frozen.secret_key, frozen.token] if frozen else None


def choose_as_we_do() -> list[Any] | None:
    try:
        found = DefaultCredentials()()
    except SigningError:
        return None
    return [found.access_key_id, found.secret_access_key, found.session_token]


if __name__ == "__main__":
    chosen = []
    for environment in json.load(sys.stdin):
        os.environ.clear()
        os.environ.update(environment)
        chosen.append([choose_as_boto3(), choose_as_we_do()])
    json.dump(chosen, sys.stdout)
