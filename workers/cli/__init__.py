"""The command line: each command is a few lines over the parts that do the work."""

from workers.cli.app import main

__all__ = ["main"]
