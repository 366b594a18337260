"""From the log as it is to rows that may be learned from; see README.md."""
