"""The book of audits: in a file for the command line, in DynamoDB for the auditor; both keep the same promises."""
