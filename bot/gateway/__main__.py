"""`python -m bot.gateway`: serves the clients' door on loopback."""

from bot.gateway.app import create_app
from bot.logs import configure
from bot.settings import get_settings
from bot.web.serve import serve

if __name__ == "__main__":
    configure("gateway")
    settings = get_settings()
    serve(create_app(settings), port=settings.gateway_port)
