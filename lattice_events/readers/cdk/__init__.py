"""CDK apps, as ``cdk synth`` writes them."""
