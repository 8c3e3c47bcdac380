"""Subscribers to copy from: they keep a ledger of paid invoices, each once. See README.md."""
