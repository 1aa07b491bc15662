"""What happened, to which secret and by whom: read once at the rim, spelled one way from there on."""
