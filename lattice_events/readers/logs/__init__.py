"""Access logs, in the forms in which people have them."""
