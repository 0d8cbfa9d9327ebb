"""What an operator sees of a running SmartSeller: logs, metrics, reports of errors."""
