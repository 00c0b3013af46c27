"""Notice when what a run was made of changes."""
