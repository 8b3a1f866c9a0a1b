"""The only door for clients: assess, show, commit, acknowledge; then ask the engine.

`python -m bot.gateway` serves it. The order of work for one message is in `receiving.py`.
"""
