"""Hand-off: from a crisis in a message to a person who answers, and back to the client who waits (I2).

`intake` stores a message with all that follows from it, `escalation` decides who is told when, `worker` sends and
minds the timers, `card` and `episodes` say to the client what is true.
"""
