"""What each operation of the VPC Lattice API does to the records."""
