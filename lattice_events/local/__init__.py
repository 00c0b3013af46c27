"""The local network: real sockets and processes around the pure data plane."""
