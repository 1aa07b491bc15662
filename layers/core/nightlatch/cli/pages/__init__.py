"""The pages of `docs/` that are made from the code; `all.py` lists them."""
