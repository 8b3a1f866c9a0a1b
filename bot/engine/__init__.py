"""The dialogue engine: Rasa 3.6.21 in its own Python 3.10 environment. It imports nothing else of `bot`."""
