"""Link what the sources define into one network."""
