"""Posture checks: one file is one check, in the same shape as a detection."""
