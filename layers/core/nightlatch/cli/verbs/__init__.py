"""The verbs with their options and examples, and nothing else: `--help` reads these modules and loads no engine."""
