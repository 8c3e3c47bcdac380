"""What Plentific sends, leniently, and what it is sent, strictly: one module for each section."""
