"""HTTP at the edge: who may come in and how answers look, and a careful client for going out."""
