"""A control plane on this machine: the VPC Lattice API and its CloudFormation types, beside moto's other services."""
