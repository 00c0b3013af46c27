"""Creates, updates, rolls back and deletes stacks as CloudFormation does."""
