"""What connects clients and services: associations, security groups, names."""
