"""Requests as spans of OpenTelemetry, for whoever has a collector: off unless the SDK's own variables ask for it."""
