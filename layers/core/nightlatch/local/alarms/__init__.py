"""Alarms that ring on the stage: what they measure, how they are judged, whom they tell."""
