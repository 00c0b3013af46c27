"""``python -m lattice_events`` is ``lattice``."""

from lattice_events.cli import main

if __name__ == "__main__":
    main()
