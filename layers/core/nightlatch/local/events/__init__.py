"""EventBridge on the stage: which rule an event matches, whether its target may be reached, and when schedules fire."""
