"""The bandit's mathematics: a Bayesian linear head that learns per event, cold start, drift, diversity; and its bench.

Knows arrays and events, no products and no words. See README.md.
"""
