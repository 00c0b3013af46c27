"""What the VPC Lattice API keeps, and its mapping to and from a network.

Two shells share it: the local control plane, which writes the records, and whoever reads those of an account.
"""
