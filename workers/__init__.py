"""What runs: settings, detection, relay, reactions, telemetry and the command line."""
