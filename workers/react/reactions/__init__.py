"""The reactions themselves: one small module each."""
