"""A function of moto's Lambda that keeps its LoggingConfig, which moto forgets."""

from __future__ import annotations

from typing import Any

from moto.awslambda.models import LambdaFunction


class LoggingFunction(LambdaFunction):
    """What moto makes of a function's configuration.

    Attributes:
        logging_config: As far as it was given.
    """

    def __init__(self, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1) -> None:
        """Make it as moto does."""
        super().__init__(account_id=account_id, spec=spec, region=region, version=version)
        self.logging_config = spec.get("LoggingConfig") or {}

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        """The configuration as the API answers it."""
        full = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}", **self.logging_config}
        return {**super().get_configuration(on_create), "LoggingConfig": full}

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        """Change it."""
        if "LoggingConfig" in config_updates:
            self.logging_config = config_updates["LoggingConfig"]
        return super().update_configuration(config_updates)
