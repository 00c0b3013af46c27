"""A cloud ends as it should, whatever it is doing."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from tests.integration.cloud.running import create_function, create_service, lattice_cloud
from tests.integration.running import ROOT, leaves_nothing

SLOW = """
import time

def handler(event, context):
    print("begun")
    time.sleep(event.get("seconds", 0))
    return {"statusCode": 200, "body": "done"}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running(number: signal.Signals, tmp_path: Path) -> None:
    settings = tmp_path / "pods.yaml"
    settings.write_text(f"targets: {{app: {{command: [python3, {ROOT / 'k8s' / 'server.py'}]}}}}")
    with lattice_cloud(ROOT / "k8s", "--settings", settings) as running:
        create_service(running, "slow-service", create_function(running, "slow", SLOW))
        assert running.get(running.url_of("slow-service"))[0] == 200
        leaves_nothing(running, number)


def test_it_ends_while_a_client_is_slow_and_a_function_runs() -> None:
    with lattice_cloud() as running:
        create_function(running, "slow", SLOW)
        running.client("lambda").invoke(
            FunctionName="slow", InvocationType="Event", Payload=b'{"seconds": 600}'
        )
        running.next_event("log", text="begun")
        with socket.create_connection(("127.0.0.1", running.port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nslow")
            running.process.send_signal(signal.SIGINT)
            assert running.process.wait(60) == 0
