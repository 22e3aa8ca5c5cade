"""Always ready: what a model is told of a person, and what it wrote, made anew when something changes."""
