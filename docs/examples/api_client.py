"""Asks a town's chatbot one question over the signed API and prints what it answers. Python 3.8, nothing to install.

    BORNE_SECRET=whsec_… python api_client.py --url https://chat.pontavel.example --client borne \
        --secret-env BORNE_SECRET "Quels sont vos horaires ?"

Without --secret-env the secret is read from the standard input. Ends with 1 if nothing was answered.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

PATH = "/channels/api"


def signed(client, secret, content):
    """The headers of one request: what is signed is its body or, if it has none, its path and query."""
    key = base64.b64decode(secret[len("whsec_") :]) if secret.startswith("whsec_") else secret.encode()
    request_id, seconds = uuid.uuid4().hex, str(int(time.time()))
    digest = hmac.new(key, f"{request_id}.{seconds}.".encode() + content, hashlib.sha256).digest()
    return {
        "guichet-client": client,
        "webhook-id": request_id,
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        "content-type": "application/json",
    }


def call(options, secret, target, body=None):
    """The answer to one request; repeated, each time signed anew, while the gateway is away."""
    pauses = [1, 2, 4, 8]
    while True:
        headers = signed(options.client, secret, target.encode() if body is None else body)
        try:
            request = urllib.request.Request(options.url.rstrip("/") + target, body, headers)
            with urllib.request.urlopen(request, timeout=40) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code < 500 or not pauses:
                sys.exit(f"{error.code}: {error.read().decode('utf-8', 'replace')}")
        except OSError as error:
            if not pauses:
                sys.exit(str(error))
        time.sleep(pauses.pop(0))


def show(reply):
    """Prints a reply: who speaks, the words, the choices, and what they rest on."""
    print(f"[{reply['name'] or reply['author']}] {reply['text']}")
    for button in reply["buttons"]:
        print(f"  ( {button['title']} )")
    for source in reply["sources"]:
        print(f"  {source['title']}: {source['url']}")


def main():
    """Says one thing, and listens until nothing more comes."""
    parser = argparse.ArgumentParser(description="Ask a town's chatbot over its signed API.")
    parser.add_argument("question")
    parser.add_argument("--url", required=True, help="the gateway's address")
    parser.add_argument("--client", required=True, help="the client's name in office.yml")
    parser.add_argument("--secret-env", help="the environment variable that holds the secret")
    parser.add_argument("--patience", type=int, default=20, help="seconds without an answer, at most 25")
    options = parser.parse_args()
    secret = (os.environ.get(options.secret_env, "") if options.secret_env else sys.stdin.readline()).strip()
    if not secret:
        parser.error("there is no secret")
    conversation, after, wait = uuid.uuid4().hex, 0, options.patience
    said = {"id": uuid.uuid4().hex, "conversation": conversation, "text": options.question}
    call(options, secret, PATH, json.dumps(said).encode())
    while True:
        query = urllib.parse.urlencode({"conversation": conversation, "after": after, "wait": wait})
        found = call(options, secret, f"{PATH}/replies?{query}")
        for reply in found["replies"]:
            show(reply)
        if not found["replies"]:
            return 0 if after else 1
        # An answer may come in several replies: what belongs to it comes soon.
        after, wait = found["after"], min(wait, 2)


if __name__ == "__main__":
    sys.exit(main())
