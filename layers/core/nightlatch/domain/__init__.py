"""Pure values and functions: what happened, what it means, what to do; the standard library and nothing else."""
