"""`python -m bot.portal`: serves the staff's door on loopback."""

from bot.logs import configure
from bot.portal.app import create_app
from bot.settings import get_settings
from bot.web.serve import serve

if __name__ == "__main__":
    configure("portal")
    settings = get_settings()
    serve(create_app(settings), port=settings.portal_port)
