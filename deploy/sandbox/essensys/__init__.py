"""essensys Operate API 1.0, simulated from its document."""
