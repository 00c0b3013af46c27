"""Terraform and OpenTofu: the JSON of a plan or a state."""
