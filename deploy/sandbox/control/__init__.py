"""The control API: what makes a sandbox drivable from outside, one module for each provider."""
