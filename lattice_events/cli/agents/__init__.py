"""What `lattice mcp` offers to agents: its tools, its resources, and the protocol that carries them."""
