"""API Gateway on the stage: HTTP requests become events of functions, with throttling."""
