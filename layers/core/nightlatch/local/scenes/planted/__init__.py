"""An account planted for the audit: of every check something that breaks it, and a twin that does not.

    plots (what breaks which check) ──> secrets, functions, accounts (ordinary AWS calls) ──> the stage, or moto

What neither can hold is said in `beyond`, by name and with the reason. Values are made up at random and kept nowhere.
"""
