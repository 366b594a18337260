"""Finds relations between the products of one catalogue, each with the evidence that makes it.

Knows wordings of fitting ("for", "compatible with") and no kind of product: kinds, names and values are the shop's.
"""
