"""A conversation in the terminal, on the same model, policy and fixes as the server; no port is opened.

Whoever types here is the demo client: the action server assesses each line itself, opens a real episode on a crisis,
and refuses all of it in live mode. `/stop` ends the shell; every other line is literal text.
"""

from __future__ import annotations

import asyncio
import sys
import uuid

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.engine.channel import Replies, parse_literally
from bot.engine.environment import Environment
from bot.engine.serve import load_agent

CHANNEL = "cmdline"
END = "/stop"


def talk(environment: Environment) -> None:
    """Reads lines from standard input until its end or `/stop`, and prints the replies."""
    agent = load_agent(environment)
    print(f"Talking as the demo client. {END} ends.", flush=True)
    asyncio.run(_talk(agent, sender=f"shell-{uuid.uuid4().hex}"))


async def _talk(agent: Agent, *, sender: str) -> None:
    while True:
        print("> ", end="", flush=True)
        line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        text = line.strip()
        if not line or text == END:
            return
        if text:
            await _answer(agent, sender, text)


async def _answer(agent: Agent, sender: str, text: str) -> None:
    replies = Replies()
    await agent.handle_message(
        UserMessage(text, replies, sender, await parse_literally(agent, text), CHANNEL, uuid.uuid4().hex)
    )
    for reply in replies.collected:
        print(reply["text"])
        for option in (reply["prompt"] or {}).get("options") or []:
            print(f"  - {option['label']}")
