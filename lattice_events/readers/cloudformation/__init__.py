"""CloudFormation templates: their values, and the resources that a network is made of."""
