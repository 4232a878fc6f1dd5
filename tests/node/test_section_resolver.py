"""The section `resolver`: servers that answer, refuse, fail, lie and stay silent; own addresses."""

import _socket
import threading
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.sections import resolver


@contextmanager
def dns_server(answer):
    """A server on 127.0.0.1 that answers each question with `answer(question)`."""
    door = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 0))

    def serve():
        question, who = door.recvfrom(512)
        reply = answer(question)
        if reply is not None:
            door.sendto(reply, who)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield door.getsockname()[1]
    thread.join(5)
    door.close()


def with_code(code):
    return lambda question: question[:2] + bytes([0x84, code]) + question[4:]


@pytest.mark.parametrize(
    ("answer", "answers", "reason"),
    [
        (with_code(0), True, ""),
        (with_code(3), True, ""),
        (with_code(2), False, "it says that it failed"),
        (with_code(5), False, "it refuses to answer"),
        (lambda question: b"\x00\x00" + question[2:], False, "no answer within 0.2 s"),
        (lambda question: question, False, "no answer within 0.2 s"),
        (lambda question: b"", False, "no answer within 0.2 s"),
        (lambda question: None, False, "no answer within 0.2 s"),
    ],
)
def test_a_server_is_judged_by_its_answer(monkeypatch, answer, answers, reason):
    monkeypatch.setattr(resolver, "PATIENCE_S", 0.2)
    with dns_server(answer) as port:
        monkeypatch.setattr(resolver, "PORT", port)
        (found,) = resolver.ask_servers(["127.0.0.1"], "node1")
    assert found == {"address": "127.0.0.1", "answers": answers, "reason": reason}


def test_a_server_without_a_way_to_it_is_silent(monkeypatch):
    monkeypatch.setattr(resolver, "_send", lambda address, question: None)
    (found,) = resolver.ask_servers(["192.0.2.53"], "node1")
    assert not found["answers"]


def test_servers_of_resolv_conf():
    text = "# x\nnameserver 10.0.0.1\nsearch a b\nnameserver fe80::1%eth0\nnameserver nonsense\n"
    assert resolver.find_servers(text) == ["10.0.0.1", "fe80::1%eth0"]
    assert len(resolver.find_servers("nameserver 10.0.0.1\n" * 9)) == 3


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("node1", "nameserver 10.0.0.1\n", "node1"),
        ("node1", "search cluster.local corp\n", "node1.cluster.local"),
        ("node1", "domain a\nsearch b c\n", "node1.b"),
        ("node1.cluster.local", "search corp\n", "node1.cluster.local"),
        ("node1", "search\ndomain\n", "node1"),
    ],
)
def test_the_name_is_asked_for_as_programs_do(name, text, asked):
    assert resolver.complete(name, text) == asked


def test_a_server_on_the_own_link_is_asked_there(monkeypatch):
    places = []
    monkeypatch.setattr(_socket, "if_nametoindex", {"eth7": 7}.__getitem__)

    class Door:
        def __init__(self, *kind):
            pass

        def connect(self, place):
            places.append(place)

        def send(self, question):
            pass

    monkeypatch.setattr(_socket, "socket", Door)
    assert resolver._send("fe80::1%eth7", b"")
    assert places == [("fe80::1", 53, 0, 7)]


def test_an_address_of_this_machine_is_its_own():
    assert resolver.is_own("127.0.0.1")
    assert not resolver.is_own("192.0.2.7")


@given(st.text())
def test_hostile_files_give_addresses_or_nothing(text):
    for address in resolver.find_servers(text):
        assert address.isprintable()


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=300))
def test_a_question_can_be_asked_about_any_name(name):
    question, number = resolver.make_question(name)
    assert question[:2] == number.to_bytes(2, "big")
