"""What frames every request: access, limits, problems, headers, logs, metrics, health."""
