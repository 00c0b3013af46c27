"""Sizes that VPC Lattice documents for Lambda targets.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

MAX_LAMBDA_BYTES = 6 * 1024 * 1024  # request body, and response JSON
