"""The gateway: requests arrive, the data plane decides, targets answer."""
