"""What a doctor makes of what was looked at: one module for each group of questions, and a line for each answer."""
