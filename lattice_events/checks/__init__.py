"""`lattice check`: mistakes that VPC Lattice answers with silence or a bare 403, found in what users wrote."""
