"""Read what users have written already: serverless.yml, CloudFormation templates, manifests."""
