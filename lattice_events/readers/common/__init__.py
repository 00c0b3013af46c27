"""What the readers share: documents with positions, fragments, names and limits of AWS."""
