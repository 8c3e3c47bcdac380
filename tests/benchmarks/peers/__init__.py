"""Other tools at the work of W1: a script each, run in an environment of its own."""
