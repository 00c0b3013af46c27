"""The sample functions; they import only what a user of lattice-events would."""
