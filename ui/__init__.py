"""Channels onto the assistant: they show and pass on, and decide nothing."""
