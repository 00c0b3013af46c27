"""What `lattice check` found, in the formats that people, CI systems and code hosts read: pure.

One module for each format, with a function of a `Report`.
"""
