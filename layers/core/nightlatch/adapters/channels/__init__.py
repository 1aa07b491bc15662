"""The ways to people and machines beside Slack and SNS, one file each, and the documents that all machines get."""
