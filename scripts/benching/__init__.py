"""What the benches of the local network share: servers, load and figures."""
