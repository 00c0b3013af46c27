"""Lambda → Lattice → EKS: a function that calls the app in the cluster."""

import os
from typing import Any

from lattice_events.client import LatticeSession

session = LatticeSession()  # outside the handler: its connections serve many invocations


def client(event: Any, context: Any) -> dict[str, Any]:
    response = session.get(f"{os.environ['EKS_APP_URL']}/app", timeout=(1, 5))
    return {"statusCode": 200, "body": f"from EKS: {response.text}"}
