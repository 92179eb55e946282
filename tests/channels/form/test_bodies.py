"""Bodies that no browser sends: refused in words, whatever they hold."""

from __future__ import annotations

import asyncio

from channels.form import bodies
from channels.form.routes import AT_ONCE
from tests.channels.form.door import Answer, Browser, Town, multipart


async def test_bad_bodies_are_refused(browser: Browser, town: Town) -> None:
    """Ten thousand fields, far too many bytes, what is no form, a form that breaks off: refused in words."""
    many = {f"f{number}": "x" for number in range(10_000)}
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    sent: list[tuple[Answer, int]] = [
        (await browser.post("contact", many), 400),
        (await browser.post("contact", multipart(browser, **many)), 400),
        (await browser.post("contact", {"body": "x" * (bodies.MAX_TEXT_BYTES + 1)}), 413),
        (await browser.post("contact", multipart(browser, body="x" * (bodies.MAX_TEXT_BYTES + 1))), 413),
        (await browser.post("contact", b"{}", **{"Content-Type": "application/json"}), 400),
        (await browser.post("contact", b"--x\r\nContent-Dispo", **headers), 400),
        (await browser.post("contact", b"", **headers), 400),
        (await browser.post("contact", b"\xff\xfe\0", **{"Content-Type": "application/x-www-form-urlencoded"}), 403),
        (await browser.post("contact", b"x", **{"Content-Type": "multipart/form-data"}), 400),
        (await browser.post("contact", b"--x\r\n\r\n--y\r\n", **headers), 400),
    ]

    assert [answer.status for answer, _ in sent] == [status for _, status in sent]
    assert all("<form" in answer.text for answer, _ in sent)
    assert town.received == 0


async def test_a_body_that_is_announced_too_large_is_not_read(browser: Browser, town: Town) -> None:
    """What is larger than anybody's three photos is refused by its length."""
    headers = {"Content-Length": str(bodies.MAX_BODY_BYTES + 1), "Content-Type": "multipart/form-data; boundary=x"}
    reader, writer = await asyncio.open_connection("127.0.0.1", int(browser.host.rpartition(":")[2]))
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "x", **headers}.items())
    writer.write(f"POST /formulaires/contact HTTP/1.1\r\n{head}\r\n--x".encode())
    status = await reader.readline()
    writer.close()
    await writer.wait_closed()

    assert b" 413 " in status


async def test_one_address_sends_so_many_at_once(browser: Browser, town: Town) -> None:
    """Bodies that never end hold few places of their own address, and are told apart from a mistake."""
    port = int(browser.host.rpartition(":")[2])
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(AT_ONCE)]
    for _, writer in held:
        writer.write(
            b"POST /formulaires/contact HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
    deadline = asyncio.get_running_loop().time() + 10
    while (answer := await browser.send()).status != 503:
        assert asyncio.get_running_loop().time() < deadline
    for _, writer in held:
        writer.close()
        await writer.wait_closed()

    assert "02 61 91 40 00" in answer.words
    while (await browser.send()).status != 303:
        assert asyncio.get_running_loop().time() < deadline
