"""SAM templates, translated by SAM's own translator."""
