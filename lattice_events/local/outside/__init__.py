"""The way out of the local network: who may take it, through which proxy, by which tunnel."""
