"""A template: what depends on what, and the functions that moto reads wrongly."""
