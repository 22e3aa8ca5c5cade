"""Made-up people with whole lives, to try policies on before anybody real meets them. Pure: all follows from a seed."""
