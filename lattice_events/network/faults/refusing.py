"""What a fault of a token or a clock makes of what signatures are verified with: the verifier itself then refuses."""

from __future__ import annotations

from dataclasses import replace

from lattice_events.network.authentication import Keyring
from lattice_events.network.decision import Decision
from lattice_events.network.faults.values import Fault


def alter(fault: Fault, decision: Decision, *, keyring: Keyring, now_us: int) -> tuple[Keyring, int]:
    """The credentials and the time to decide anew by.

    Args:
        fault: An expired token, or a skewed clock.
        decision: About the request, whose signature was accepted.
        keyring: The credentials that are known.
        now_us: The time, microseconds since 1970.
    """
    if fault.kind == "clock-skew":
        return keyring, now_us - round(fault.seconds * 1_000_000)
    authentication = decision.trace.authentication
    verification = authentication.verification if authentication else None
    assert verification  # else the fault does not fit
    assert verification.access_key_id
    known = keyring[verification.access_key_id]
    expired = known.credentials.replace(session_token="another")  # noqa: S106 - none that anybody has
    return {verification.access_key_id: replace(known, credentials=expired)}, now_us
