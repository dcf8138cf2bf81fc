"""The command line: ``cruc`` or ``python -m ivr``."""

from ivr.cli.program import main

if __name__ == "__main__":
    main()
