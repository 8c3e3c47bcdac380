"""Facilitee's public API: tenants' issues, owners, managers, users, properties and their units."""
