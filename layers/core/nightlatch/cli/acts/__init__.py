"""What the verbs do that change something: plan, ask, do, and how to undo it."""
