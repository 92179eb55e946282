"""Who is believed: the scheme itself, clocks, rotations, and signatures that are almost right."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SignatureRejected
from bot.settings_channels import Api, ApiClient
from channels.api import SignedApi, signing
from channels.base import RawRequest
from tests.channels.api.door import WEBSITE, WORDING
from tests.channels.api.test_channel import NOBODY, SECRET, api, post
from tests.channels.conformance import NOW
from tests.fakes.api_client import signature

BODY = {"id": "m-1", "conversation": "c-1", "text": "bonjour"}


def changed(request: RawRequest, **headers: str | None) -> RawRequest:
    """A request with other headers; None takes one away."""
    kept = {**request.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return replace(request, headers={name: value for name, value in kept.items() if value is not None})


def believed(channel: SignedApi, request: RawRequest) -> bool:
    try:
        channel.verify(request)
    except SignatureRejected:
        return False
    return True


def test_the_scheme_is_the_published_one() -> None:
    """What the reference libraries sign, we sign alike."""
    key = signing.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signing.sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=200), st.integers(0, 10**11))
def test_ours_and_the_clients_signatures_agree(key: bytes, content: bytes, seconds: int) -> None:
    """Two implementations, one scheme, whatever is signed."""
    secret = "whsec_" + base64.b64encode(key).decode()

    assert signing.sign(signing.key_of(secret), "id", str(seconds), content) == signature(
        secret, "id", seconds, content
    )


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_five_minutes_of_skew_are_forgiven(minutes: int) -> None:
    """Clocks are never quite right."""
    assert believed(clocked(timedelta(minutes=minutes)), post(BODY))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_more_skew_is_not(seconds: int) -> None:
    """What was signed long ago may have been written down by somebody."""
    assert not believed(clocked(timedelta(seconds=seconds)), post(BODY))


def clocked(off: timedelta) -> SignedApi:
    options = Api({"borne": ApiClient()})
    return SignedApi(NOBODY, options, {"borne": (SECRET,)}, WORDING, WEBSITE, clock=lambda: NOW + off)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: "",
        lambda value: value[:-1],
        lambda value: value[:20],
        lambda value: value[3:],
        lambda value: value.replace("v1,", "v2,"),
        lambda value: value.replace("v1,", "v1a,"),
        lambda value: value.replace("v1,", "V1,"),
        lambda value: value.replace("v1,", "v1, "),
        lambda value: value + "=",
        lambda value: value.swapcase(),
        lambda value: "v1,",
        lambda value: "v1,é\udcff",
        lambda value: ",".join([value, value]),
        lambda value: base64.b64decode(value[3:]).hex(),
    ],
)
def test_an_almost_right_signature_is_wrong(spoil: Callable[[str], str]) -> None:
    """Cut, of another version, in another alphabet: none of these is the signature."""
    request = post(BODY)

    assert not believed(api(SECRET), changed(request, webhook_signature=spoil(request.headers["webhook-signature"])))


def test_one_good_signature_among_several_is_enough() -> None:
    """A client in the middle of a rotation signs with both of its secrets, in any order, beside kinds we do not know."""
    request = post(BODY)
    good, wrong = request.headers["webhook-signature"], post(BODY, "w" * 40).headers["webhook-signature"]

    for several in (f"{wrong} {good}", f"{good} {wrong}", f"v1a,AAAA {wrong}  {good}"):
        assert believed(api(SECRET), changed(request, webhook_signature=several))
    assert not believed(api(SECRET), changed(request, webhook_signature=f"{wrong} v1a,{good[3:]}"))


def test_any_secret_of_the_client_is_good() -> None:
    """During a rotation there may be three of them."""
    three = api("n" * 40, "o" * 40, SECRET)

    assert [believed(three, post(BODY, secret)) for secret in ("n" * 40, "o" * 40, SECRET, "x" * 40)] == [
        True,
        True,
        True,
        False,
    ]


def test_a_secret_is_its_clients_alone() -> None:
    """A client cannot speak in the name of another one."""
    two = api(SECRET, voix=("v" * 40,))

    assert believed(two, post(BODY, "v" * 40, "voix"))
    assert not believed(two, post(BODY, "v" * 40, "borne"))
    assert not believed(two, changed(post(BODY, "v" * 40, "voix"), guichet_client="borne"))


@pytest.mark.parametrize("name", ["", "autre", "Borne", "borne ", "retired"])
def test_an_unknown_client_is_refused(name: str) -> None:
    """Nor does a secret without its client in office.yml open anything."""
    options = Api({"borne": ApiClient()})
    secrets = {"borne": (SECRET,), "retired": (SECRET,), "": (SECRET,)}
    channel = SignedApi(NOBODY, options, secrets, WORDING, WEBSITE, clock=lambda: NOW)

    assert not believed(channel, post(BODY, SECRET, name))


@pytest.mark.parametrize("header", ["guichet-client", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_every_header_is_needed(header: str) -> None:
    """Without one of the four there is no belief."""
    assert not believed(api(SECRET), changed(post(BODY), **{header: None}))


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp"])
def test_id_and_time_are_signed(header: str) -> None:
    """A replay under a fresh id, or with a fresh time, is not believed."""
    request = post(BODY)
    fresh = {"webhook-id": "r-2", "webhook-timestamp": str(int(NOW.timestamp()) + 1)}[header]

    assert not believed(api(SECRET), changed(request, **{header: fresh}))


@pytest.mark.parametrize(
    "seconds", ["", "abc", "1.5", "-1", "+1767605400", " 1767605400", "1_767_605_400", "١", "1e9", "9" * 13]
)
def test_a_timestamp_is_a_plain_number(seconds: str) -> None:
    """What Python also takes for a number is none here, even if it is signed."""
    request = post(BODY)
    headers = {"webhook_timestamp": seconds, "webhook_signature": signature(SECRET, "r-1", seconds, request.body)}

    assert not believed(api(SECRET), changed(request, **headers))


@pytest.mark.parametrize("request_id", ["", "a.b", "a b", "é", "a" * 65, "r-1\n"])
def test_an_id_has_no_dots(request_id: str) -> None:
    """Dots separate what is signed: with one in the id, a signature would fit two requests."""
    request = post(BODY)
    seconds = request.headers["webhook-timestamp"]
    headers = {"webhook_id": request_id, "webhook_signature": signature(SECRET, request_id, seconds, request.body)}

    assert not believed(api(SECRET), changed(request, **headers))


@given(st.text(max_size=80))
def test_any_key_becomes_an_id(key: str) -> None:
    """Whatever our key is, `webhook-id` can carry it, and another key gets another one."""
    assert signing.ID.fullmatch(signing.header_id(key))
    assert signing.header_id(key) != signing.header_id(key + ".")


@given(
    st.dictionaries(
        st.sampled_from(["guichet-client", "webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()
    )
)
def test_no_header_breaks_verification(headers: dict[str, str]) -> None:
    """Whatever stands in the headers is at worst not believed."""
    request = post(BODY)

    assert (
        not headers
        or not believed(api(SECRET), replace(request, headers={**request.headers, **headers}))
        or ({**request.headers, **headers} == request.headers)
    )
