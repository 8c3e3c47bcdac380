"""Benchmarks: the product's own code paths beside a peer or a limit, in the same run."""
