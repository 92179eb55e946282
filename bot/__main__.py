"""`python -m bot` is `guichet`."""

from bot.cli import app

if __name__ == "__main__":
    app(prog_name="guichet")
