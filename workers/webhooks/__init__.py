"""Webhooks: a delivery is only a hint to look now; what it says is never believed."""
