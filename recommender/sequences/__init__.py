"""What a shopper takes next, learned from the order in which others took things.

Models, their additive stack, and the benchmark that judges both. `sasrec.py` is the only file that needs torch.
"""
