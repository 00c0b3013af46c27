"""Serve VPC Lattice with the frameworks that you know; each module needs its own extra."""
