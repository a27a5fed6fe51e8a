#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program sees of a denial, and what is left of it: run by nft_refusal.sh in a namespace of its own.

    nft_refusal.py NFT_LOAD PARENT PROFILE reject|drop
"""
import errno
import json
import os
import socket
import subprocess
import sys
import time

load, parent, profile, on_deny = sys.argv[1:5]
TARGETS = [(socket.AF_INET, "192.0.2.1", "192.0.2.1"), (socket.AF_INET6, "2001:db8::1", "[2001:db8::1]")]
PORT = 443
RECEIVE_ERRORS = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}  # IP(V6)_RECVERR
problems = []


def expect(truth, what):
    if not truth:
        problems.append(what)
    print("ok" if truth else "NOT OK", "-", what)


def attempt(action):
    """The errno of action (0: none) and the milliseconds it took."""
    begin = time.monotonic()
    try:
        action()
        code = 0
    except socket.timeout:
        code = errno.ETIMEDOUT
    except OSError as error:
        code = error.errno
    return code, (time.monotonic() - begin) * 1000


def tcp(family, address, seconds):
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(seconds)
        return attempt(lambda: probe.connect((address, PORT)))


def gives_up(family, address):
    """A TCP connection that asks twice, a second apart, and then waits two more: nobody told it of a loss."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
        probe.settimeout(8)
        return attempt(lambda: probe.connect((address, PORT)))


def udp(family, address, told_of_errors=False):
    """told_of_errors: as glibc's resolver, whose socket the kernel also tells of what its own devices dropped."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        if told_of_errors:
            probe.setsockopt(*RECEIVE_ERRORS[family], 1)
        return attempt(lambda: probe.sendto(b"x", (address, PORT)))


def echo(family, address):
    protocol, kind = (socket.IPPROTO_ICMP, 8) if family == socket.AF_INET else (socket.IPPROTO_ICMPV6, 128)
    with socket.socket(family, socket.SOCK_DGRAM, protocol) as probe:
        return attempt(lambda: probe.sendto(bytes([kind, 0, 0, 0, 0, 1, 0, 1]), (address, 0)))


def loopback(family, address):
    """The positive control: a conversation over lo, TCP and UDP."""
    with socket.socket(family, socket.SOCK_STREAM) as server, socket.socket(family, socket.SOCK_STREAM) as client:
        server.bind((address, 0))
        server.listen()
        client.settimeout(2)
        client.connect(server.getsockname()[:2])
        accepted, _ = server.accept()
        accepted.sendall(b"hello")
        stream = client.recv(5) == b"hello"
        accepted.close()
    with socket.socket(family, socket.SOCK_DGRAM) as a, socket.socket(family, socket.SOCK_DGRAM) as b:
        a.bind((address, 0))
        a.settimeout(2)
        b.sendto(b"x", a.getsockname()[:2])
        return stream and a.recv(1) == b"x"


def counted():
    """Packets that the denials of egress have counted."""
    listing = json.loads(subprocess.check_output(["nft", "-j", "list", "ruleset"]))["nftables"]
    return sum(statement["counter"]["packets"] for row in listing if "rule" in row and "egress" in row["rule"]["chain"]
               for statement in row["rule"]["expr"] if "counter" in statement)


def conntrack_hooks():
    """Whether anything is tracked at all."""
    try:
        with open("/proc/net/nf_conntrack", encoding="ascii") as table:
            return len(table.readlines())
    except OSError:
        return 0


def probes():
    for family, address, written in TARGETS:
        name = "IPv4" if family == socket.AF_INET else "IPv6"
        before = counted()
        code, took = tcp(family, address, 3)
        if on_deny == "reject":
            expect(code == errno.ECONNREFUSED and took < 100, f"{name} TCP: ECONNREFUSED at once ({code}, {took:.1f} ms)")
        else:
            expect(code == errno.ETIMEDOUT and took > 2900, f"{name} TCP: still waiting after 3 s ({code}, {took:.0f} ms)")
        expect(counted() > before, f"{name} TCP: counted")
        before = counted()
        code, took = udp(family, address)
        wanted = errno.EPERM if on_deny == "reject" else 0
        expect(code == wanted and took < 100, f"{name} UDP: errno {wanted} at once ({code}, {took:.1f} ms)")
        expect(counted() > before, f"{name} UDP: counted")
        code, took = udp(family, address, told_of_errors=True)
        expect(code == wanted and took < 100, f"{name} UDP that is told of errors: errno {wanted} ({code}, {took:.1f} ms)")
        code, took = echo(family, address)
        # The kernel does not tell the sender of an ICMPv6 echo request what became of it.
        if family == socket.AF_INET6:
            wanted = 0
        expect(code == wanted and took < 100, f"{name} echo request: errno {wanted} at once ({code}, {took:.1f} ms)")
        if on_deny == "drop":
            code, took = gives_up(family, address)
            expect(code == errno.ETIMEDOUT and 2500 < took < 6000, f"{name} TCP: gives up by itself ({code}, {took:.0f} ms)")
        expected.extend([f"tcp {written}:{PORT}", f"udp {written}:{PORT}",
                         ("icmp " if family == socket.AF_INET else "icmpv6 ") + address])


def kept_from_loss(events):
    """Without a limit in reach, every packet is told of."""
    before, told = counted(), 500
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _ in range(told):
            attempt(lambda: probe.sendto(b"x", ("192.0.2.7", 9)))
    expect(counted() - before == told, "500 packets in a row: all counted")
    events.append(told)


def received(protocol):
    """Packets that a protocol of this namespace was given, from any link but lo."""
    if protocol == "Ip6":
        with open("/proc/net/snmp6", encoding="ascii") as table:
            return next(int(line.split()[1]) for line in table if line.startswith("Ip6InReceives"))
    with open("/proc/net/snmp", encoding="ascii") as table:
        rows = [line.split() for line in table if line.startswith("Ip:")]
    return int(dict(zip(*rows))["InReceives"])


def nothing_arrives():
    """What goes to the sink is given to no protocol at its other end, not even when that has the frames' address.
    The control: without the sink's chain it is."""
    own = json.loads(subprocess.check_output(["ip", "-j", "link", "show", "sink0"]))[0]["address"]
    subprocess.check_call(["ip", "link", "set", "sink1", "address", own])  # where frames of a link without ARP go
    for family, address, written in TARGETS:
        protocol = "Ip" if family == socket.AF_INET else "Ip6"
        before = received(protocol)
        for _ in range(20):
            udp(family, address)
        time.sleep(0.05)
        expect(received(protocol) == before, f"{written}: no packet came out of the sink")
    subprocess.check_call(["nft", "delete", "table", "netdev", "vpcjail"])
    for family, address, written in TARGETS:
        before = received("Ip" if family == socket.AF_INET else "Ip6")
        udp(family, address)
        time.sleep(0.05)
        after = received("Ip" if family == socket.AF_INET else "Ip6")
        expect(after > before, f"{written}: without the sink's chain packets come out ({after - before})")


if os.stat("/proc/self/ns/net").st_ino == int(parent):
    sys.exit("this is the parent's network namespace: nothing done")
expected, burst = [], []
with subprocess.Popen([load, parent, "0", profile, "load", "compare", "bind", "wait", "log"], stdin=subprocess.PIPE,
                      stdout=subprocess.PIPE, text=True) as loader:
    if loader.stdout.readline() != "ready\n":
        sys.exit("the rule set was not loaded")
    expect(loopback(socket.AF_INET, "127.0.0.1"), "IPv4 loopback")
    expect(loopback(socket.AF_INET6, "::1"), "IPv6 loopback")
    probes()
    kept_from_loss(burst)
    if on_deny == "drop":
        nothing_arrives()
    loader.stdin.write("\n")
    loader.stdin.close()
    events = loader.stdout.read().splitlines()
for text in expected:
    expect(any(e.startswith("isolation_egress:1 egress " + text + " ") for e in events), "event: " + text)
expect(sum(" udp 192.0.2.7:9 " in e for e in events) == burst[0], "500 packets in a row: an event each")
expect(not any(e.startswith("lost") for e in events), "no event lost, none foreign")
expect(all(e.endswith(f" uid {os.getuid()}") for e in events if " tcp " in e), "the owner of the socket is known")
expect(conntrack_hooks() == 0, "nothing is tracked")
sys.exit(1 if problems else 0)
