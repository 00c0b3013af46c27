"""Target groups and the functions in them."""
