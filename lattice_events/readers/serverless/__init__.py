"""Serverless Framework projects, through the Serverless CLI and its packages."""
