#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A policy that accepts something, on a link to an outside that answers everything: run by nft_flows.sh.

    nft_flows.py NFT_LOAD PARENT PROFILE OUTSIDE_PID

The jail is 10.20.1.5 and 2001:db8::5 on wire0; outside are a peer (10.20.1.21), another host (10.20.1.99), and all else.
"""
import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import threading

load, parent, profile, outside = sys.argv[1:5]
problems = []
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def expect(truth, what):
    if not truth:
        problems.append(what)
    print("ok" if truth else "NOT OK", "-", what)


class Outside:
    """Sockets that live in the outside's namespace: made by a thread that has entered it."""

    def __init__(self):
        self.made = None

    def make(self, build):
        def enter():
            with open(f"/proc/{outside}/ns/net", encoding="ascii") as namespace:
                if LIBC.setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            self.made = build()
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        return self.made


def listener(address, port):
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen()
    server.settimeout(1)
    return server


def datagrams(address, port):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, port))
    server.settimeout(1)
    return server


def talk(server, client, to):
    """Whether a stream carries something both ways."""
    client.settimeout(1)
    try:
        client.connect(to)
        accepted, _ = server.accept()
        accepted.settimeout(1)
        client.sendall(b"ping")
        if accepted.recv(4) != b"ping":
            return False
        accepted.sendall(b"pong")
        done = client.recv(4) == b"pong"
        accepted.close()
        return done
    except OSError:
        return False
    finally:
        client.close()
        server.close()


def stream():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def bound(address):
    client = stream()
    client.bind((address, 0))
    return client


def echo(server, client, to):
    client.settimeout(1)
    try:
        client.sendto(b"ping", to)
        data, source = server.recvfrom(16)
        server.sendto(b"pong", source)
        return data == b"ping" and client.recv(16) == b"pong"
    except OSError:
        return False


def wall_counts():
    """Packets that each wall of egress has dropped, by number."""
    counts = {}
    for row in json.loads(subprocess.check_output(["nft", "-j", "list", "ruleset"]))["nftables"]:
        expressions = row.get("rule", {}).get("expr", [])
        prefix = next((e["log"]["prefix"] for e in expressions if "log" in e), "")
        if prefix.startswith("vj1:packet_egress:1"):
            packets = next(e["counter"]["packets"] for e in expressions if "counter" in e)
            counts[int(prefix.split(":")[2])] = counts.get(int(prefix.split(":")[2]), 0) + packets
    return counts


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def raw_tcp(source, destination, port, flags, sport=40001):
    """One TCP segment with a header of our own."""
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    segment = struct.pack("!HHIIBBHHH", sport, port, 1, 1, 5 << 4, flags, 1024, 0, 0)
    check = checksum(addresses + struct.pack("!BBH", 0, 6, len(segment)) + segment)
    segment = segment[:16] + struct.pack("!H", check) + segment[18:]
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, addresses[:4], addresses[4:])
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        try:
            raw.sendto(header + segment, (destination, 0))
        except PermissionError:
            pass


LOOSE_SOURCE_ROUTE = bytes([131, 7, 4]) + socket.inet_aton("10.20.1.99") + b"\0"
ROUTER_ALERT = bytes([148, 4, 0, 0])


def with_option(destination, port, option):
    """A datagram that is allowed but for the options of its header."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, option)
        try:
            sender.sendto(b"x", (destination, port))
        except PermissionError:
            pass


def wall(number, what, send):
    before = wall_counts()
    send()
    expect(wall_counts().get(number, 0) == before.get(number, 0) + 1, f"wall {number}: {what}")


def link_sent():
    with open("/proc/net/dev", encoding="ascii") as devices:
        return next(int(line.split()[10]) for line in devices if line.strip().startswith("wire0:"))


def main():
    there = Outside()
    peer, other = "10.20.1.21", "10.20.1.99"
    expect(talk(there.make(lambda: listener(peer, 5000)), stream(), (peer, 5000)), "TCP to a peer, both ways")
    expect(echo(there.make(lambda: datagrams(peer, 5001)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
                (peer, 5001)), "UDP to a peer, and its answer")
    expect(talk(there.make(lambda: listener(other, 443)), stream(), (other, 443)), "TCP 443 in the subnet, both ways")
    expect(not talk(there.make(lambda: listener(other, 444)), stream(), (other, 444)), "TCP 444 in the subnet: denied")
    expect(not echo(there.make(lambda: datagrams(other, 443)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
                    (other, 443)), "UDP 443 in the subnet: denied")
    expect(talk(there.make(lambda: listener("52.218.1.1", 443)), stream(), ("52.218.1.1", 443)),
           "TCP 443 through the gateway endpoint")
    expect(not talk(there.make(lambda: listener("54.1.1.1", 443)), stream(), ("54.1.1.1", 443)),
           "TCP 443 to elsewhere: denied")
    expect(talk(listener("10.20.1.5", 6000), there.make(lambda: bound(peer)), ("10.20.1.5", 6000)), "TCP from a peer")
    expect(not talk(listener("10.20.1.5", 6001), there.make(lambda: bound(other)), ("10.20.1.5", 6001)),
           "TCP from another host of the subnet: denied")
    sent = link_sent()
    wall(1005, "a foreign source", lambda: raw_tcp("10.20.1.77", peer, 5000, 2))
    wall(1004, "a conversation that begins with an ACK", lambda: raw_tcp("10.20.1.5", peer, 5000, 16))
    wall(1006, "a packet with a source route", lambda: with_option(peer, 5001, LOOSE_SOURCE_ROUTE))
    wall(1006, "a packet with another option", lambda: with_option(peer, 5001, ROUTER_ALERT))
    expect(link_sent() == sent, "none of them left on the link")


if os.stat("/proc/self/ns/net").st_ino == int(parent):
    sys.exit("this is the parent's network namespace: nothing done")
subprocess.run([load, parent, "0", profile, "load", "compare"], check=True)
main()
sys.exit(1 if problems else 0)
