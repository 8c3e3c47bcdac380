"""Tests of the language: what an event says and how it looks on the topic."""
