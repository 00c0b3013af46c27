"""Stacks of CloudFormation: moto's, taught the types of VPC Lattice, and to update as CloudFormation does."""
