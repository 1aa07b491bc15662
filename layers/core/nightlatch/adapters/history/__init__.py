"""What is remembered of events and read off again around the next: one algorithm, its stores, and what each keeps."""
