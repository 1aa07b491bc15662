"""What calls need, one module per kind of service; `permissions/needs.py` puts their tables together."""
