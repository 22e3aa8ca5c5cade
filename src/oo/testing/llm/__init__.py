"""A stand-in for a gateway to language models: a real OpenAI-compatible server here that says what it is told to.

See `server.stand_in` and the faults in `answers.FAULTS`; `python -m oo.testing.llm` runs it on its own.
"""
