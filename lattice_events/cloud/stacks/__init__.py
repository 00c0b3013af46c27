"""Stacks of CloudFormation: moto's, taught the types of VPC Lattice, and to update as CloudFormation does."""

from lattice_events.cloud.stacks.teach import teach

__all__ = ["teach"]
