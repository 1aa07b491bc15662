"""What was offered, ordered and done, in DynamoDB."""
