"""What a person is told of targets that nobody deployed."""

from __future__ import annotations

from lattice_events.cli.cloud_network import missing_notes
from lattice_events.network.model import LambdaTarget
from tests.networks import FUNCTION_ARN, http_group, lambda_group, network


def test_a_target_that_is_not_deployed_is_a_note() -> None:
    gone = LambdaTarget(function_arn=FUNCTION_ARN.replace("hello", "gone:live"))
    groups = [lambda_group(), lambda_group("others", targets=(gone,)), http_group("http://127.0.0.1:1")]

    assert list(missing_notes(groups, network().functions)) == [
        "Target group others: the function gone:live is not deployed, so requests to it fail."
    ]
