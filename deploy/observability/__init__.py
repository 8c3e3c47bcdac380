"""Dashboards, alerts and the runbook: what a person needs who looks after Tiebeam."""
