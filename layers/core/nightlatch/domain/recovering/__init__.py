"""How what is lost comes back: pins, rollbacks, resurrection, metadata put back."""
