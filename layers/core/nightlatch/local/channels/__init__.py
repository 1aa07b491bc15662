"""Stand-ins on loopback for PagerDuty, Teams and an operator's webhook: they take only what the real ones would."""
