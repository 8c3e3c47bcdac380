"""What can go wrong while a value of essensys is read or written."""

from __future__ import annotations


class FormatError(ValueError):
    """A value does not fit the format that the document gives for it."""
