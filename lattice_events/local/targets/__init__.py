"""HTTP targets: commands that serve, and health checks."""
