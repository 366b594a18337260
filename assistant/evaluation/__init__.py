"""`aisle eval`: how well a chat model serves this house, measured on the demo shop with any endpoint.

Three parts, each of tasks that are played several times: scripted `scenarios`, simulated shoppers with hidden `goals`,
and `attacks`. Checks look at products, limits, the cart, orders and sources, never at the wording.
"""
