"""The API as botocore describes it: requests, answers, and what each value must be."""
