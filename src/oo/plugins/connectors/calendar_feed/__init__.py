"""Calendar feeds by address: busy blocks, read anew only when they changed."""
