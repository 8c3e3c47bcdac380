"""Planiso's API, version 1: crews, projects, equipment and whom one works with."""
