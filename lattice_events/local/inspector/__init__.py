"""What happened in a run, kept to be looked at: history, search, and an API for pages, commands and agents."""
