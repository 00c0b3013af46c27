"""What users say about a local network beside its definitions."""
