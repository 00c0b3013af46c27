"""What other people's mocks intercept for VPC Lattice hosts, judged by the rules of its signatures."""
