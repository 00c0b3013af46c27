"""What was deployed beside VPC Lattice, as values of the network: functions and roles."""
