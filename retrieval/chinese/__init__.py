"""Chinese: which words a text without spaces is made of, and how shoppers say prices, measures, orders and refusals.

Knows the language, never a product: names come from the catalogue's vocabulary, as in English.
"""
