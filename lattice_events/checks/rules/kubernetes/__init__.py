"""What the Gateway API controller makes of manifests."""
