"""HTTP to a provider, once and honestly: errors, limits, tokens, redaction, metrics, one client."""
