"""The stage's CloudWatch dashboard: what the functions counted, drawn as the deployed dashboard asks for it."""
