"""Metadata snapshots, what is known of the vault's copies, and what the restore drills found, in one table."""
