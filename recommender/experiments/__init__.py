"""Experiments: who sees what, what came of it, and statistics that may be looked at at any time."""
