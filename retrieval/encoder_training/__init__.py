"""Fine-tune a sentence encoder on a shop's own words: pairs, training, verdict, files.

Knows products and texts; what shoppers did comes from the caller as words and product ids.
"""
