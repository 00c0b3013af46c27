"""Lambda functions: their code, their processes, Lambda's APIs."""
