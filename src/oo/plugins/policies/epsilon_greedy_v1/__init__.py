"""The policy `epsilon_greedy_v1`."""
