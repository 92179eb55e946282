"""Which mail servers we believe to be who they say."""

from __future__ import annotations

import ssl

from bot.errors import ConfigurationError
from bot.settings_channels import MailServer


def context(server: MailServer) -> ssl.SSLContext:
    """Checks the certificate and the name of a server: by the town's own authority where it names one, else by the machine's.

    Made anew for each connection: a renewed file counts without a restart. Raises `OSError` where the file is gone or holds
    no certificate; `ssl.SSLError` is one.
    """
    return ssl.create_default_context(cafile=server.ca_file or None)


def check(place: str, server: MailServer) -> None:
    """Say at the start what is wrong with the file of authorities; `place` is the server's in `office.yml`.

    Raises:
        ConfigurationError: it cannot be read, or no certificate stands in it.
    """
    if not server.ca_file:
        return
    try:
        found = context(server)
    except ssl.SSLError as error:
        raise ConfigurationError(f"{place}.ca_file: {server.ca_file} holds no certificate in PEM") from error
    except OSError as error:
        raise ConfigurationError(f"{place}.ca_file: {server.ca_file} cannot be read: {error.strerror}") from error
    if not found.cert_store_stats()["x509_ca"] and not found.cert_store_stats()["x509"]:
        raise ConfigurationError(f"{place}.ca_file: {server.ca_file} holds no certificate in PEM")
