# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames: what of a jail's may be on the wire, and forged ones that may not."""
import ipaddress
import struct

from host import BUCKET, OWN, OWN6, ROUTER, ROUTER6, SERVER, SERVER6, STRANGER, STRANGER6

SUBNET, SUBNET6 = ipaddress.ip_network('10.0.1.16/28'), ipaddress.ip_network('fd00:db8:1::20/124')
LINK_LOCAL = ipaddress.ip_network('fe80::/10')


def raw(text):
    return bytes.fromhex(text.replace(':', ''))


def near(address):
    """Who may be asked for: what the group names on the subnet, and the router to what it names beyond."""
    return address in SUBNET or address in SUBNET6 or str(address) == ROUTER


def named(frame):
    kind, rest = struct.unpack('!H', frame[12:14])[0], frame[14:]
    if kind == 0x0806:
        return {1: 'arp request', 2: 'arp reply'}.get(rest[7], 'arp')
    if kind == 0x0800:
        return {1: 'icmp', 6: 'tcp', 17: 'udp'}.get(rest[9], 'ip')
    if kind == 0x86dd and rest[6] == 58:
        return {135: 'solicitation', 136: 'answer'}.get(rest[40], 'icmpv6')
    return {6: 'tcp', 17: 'udp'}.get(rest[6], 'ip6') if kind == 0x86dd else 'other'


def allowed_arp(rest, mac):
    head, sender, source = rest[:8], rest[8:14], ipaddress.ip_address(rest[14:18])
    target = ipaddress.ip_address(rest[24:28])
    return (len(rest) == 28 and head[:6] == b'\0\1\10\0\6\4' and head[7] in (1, 2) and sender == raw(mac) and str(source) == OWN
            and near(target))


def allowed_discovery(frame, rest, mac):
    source, to = ipaddress.ip_address(rest[8:24]), ipaddress.ip_address(rest[24:40])
    target = ipaddress.ip_address(rest[48:64])
    if str(source) != OWN6 or rest[7] != 255:
        return False
    if rest[40] == 135:
        return len(frame) == 86 and near(target) and rest[64:] == b'\1\1' + raw(mac)
    return str(target) == OWN6 and (near(to) or to in LINK_LOCAL) and rest[64:] in (b'', b'\2\1' + raw(mac))


def allowed_flow(protocol, source, to, payload):
    """What the profile's group lets out, and answers to what it lets in."""
    if str(source) not in (OWN, OWN6):
        return False
    if protocol in (1, 58):
        return to in SUBNET or to in SUBNET6
    source_port, port = struct.unpack('!HH', payload[:4])
    if protocol == 6 and (to in ipaddress.ip_network('52.216.0.0/15') if to.version == 4 else False):
        return port == 443
    return protocol in (6, 17) and (to in SUBNET or to in SUBNET6) and (port == 7001 or source_port == 7001)


def allowed(frame, mac):
    kind, rest = struct.unpack('!H', frame[12:14])[0], frame[14:]
    if frame[6:12] != raw(mac):
        return False
    if kind == 0x0806:
        return allowed_arp(rest, mac)
    if kind == 0x0800:
        length = (rest[0] & 15) * 4
        return length == 20 and allowed_flow(rest[9], ipaddress.ip_address(rest[12:16]), ipaddress.ip_address(rest[16:20]), rest[20:])
    if kind != 0x86dd:
        return False
    if rest[6] == 58 and rest[40] in (135, 136):
        return allowed_discovery(frame, rest, mac)
    return allowed_flow(rest[6], ipaddress.ip_address(rest[8:24]), ipaddress.ip_address(rest[24:40]), rest[40:])


def ethernet(to, source, kind, rest):
    return raw(to) + raw(source) + struct.pack('!H', kind) + rest


def arp(mac, operation, source, target, more=b''):
    return b'\0\1\10\0\6\4' + struct.pack('!H', operation) + raw(mac) + ipaddress.ip_address(source).packed + b'\0' * 6 + \
        ipaddress.ip_address(target).packed + more


def ip4(source, to, protocol, payload):
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), 7, 0, 64, protocol, 0)
    head += ipaddress.ip_address(source).packed + ipaddress.ip_address(to).packed
    total = sum(struct.unpack('!10H', head))
    total = (total & 0xffff) + (total >> 16)
    return head[:10] + struct.pack('!H', ~((total & 0xffff) + (total >> 16)) & 0xffff) + head[12:] + payload


def ip6(source, to, payload, limit=255, protocol=58):
    return struct.pack('!IHBB', 6 << 28, len(payload), protocol, limit) + ipaddress.ip_address(source).packed + \
        ipaddress.ip_address(to).packed + payload


def udp(port, source_port=5555, data=b'secret'):
    return struct.pack('!HHHH', source_port, port, 8 + len(data), 0) + data


def discovery(kind, target, option, mac, more=b''):
    return bytes([kind, 0, 0, 0, 0, 0, 0, 0]) + ipaddress.ip_address(target).packed + bytes([option, 1]) + raw(mac) + more


def forged(mac, server):
    """Name, whether it may pass, and the frame; each may pass but for one thing."""
    other, group, all_of = '02:99:00:00:00:77', 'ff02::1:ff00:20', 'ff:ff:ff:ff:ff:ff'
    solicited = '33:33:ff:00:00:20'
    ask = discovery(135, SERVER6, 1, mac)
    rows = [
        ('the allowed tuple', True, ethernet(server, mac, 0x0800, ip4(OWN, SERVER, 17, udp(7001)))),
        ('an ARP request', True, ethernet(all_of, mac, 0x0806, arp(mac, 1, OWN, '10.0.1.21'))),
        ('a solicitation', True, ethernet(solicited, mac, 0x86dd, ip6(OWN6, group, ask))),
        ('another port', False, ethernet(server, mac, 0x0800, ip4(OWN, SERVER, 17, udp(7002)))),
        ('another host', False, ethernet(all_of, mac, 0x0800, ip4(OWN, STRANGER, 17, udp(7001)))),
        ('another source', False, ethernet(server, mac, 0x0800, ip4('10.0.1.51', SERVER, 17, udp(7001)))),
        ('another hardware address', False, ethernet(server, other, 0x0800, ip4(OWN, SERVER, 17, udp(7001)))),
        ('GRE', False, ethernet(server, mac, 0x0800, ip4(OWN, SERVER, 47, b'\0' * 24))),
        ('broadcast', False, ethernet(all_of, mac, 0x0800, ip4(OWN, '10.0.1.255', 17, udp(7001)))),
        ('the router itself', False, ethernet(server, mac, 0x0800, ip4(OWN, ROUTER, 17, udp(7001)))),
        ('the bucket, UDP', False, ethernet(server, mac, 0x0800, ip4(OWN, BUCKET, 17, udp(443)))),
        ('ARP with padding that speaks', False, ethernet(all_of, mac, 0x0806, arp(mac, 1, OWN, SERVER, b'secret in the padding'))),
        ('ARP for a stranger', False, ethernet(all_of, mac, 0x0806, arp(mac, 1, OWN, STRANGER))),
        ('ARP in another name', False, ethernet(all_of, mac, 0x0806, arp(mac, 2, '10.0.1.51', SERVER))),
        ('ARP of another machine', False, ethernet(all_of, mac, 0x0806, arp(other, 2, OWN, SERVER))),
        ('ARP from another hardware address', False, ethernet(all_of, other, 0x0806, arp(mac, 1, OWN, SERVER))),
        ('a VLAN tag', False, ethernet(all_of, mac, 0x8100, b'\0\5\10\6' + arp(mac, 1, OWN, SERVER))),
        ('an odd protocol', False, ethernet(server, mac, 0x88b5, b'secret')),
        ('IPv6, another port', False, ethernet(server, mac, 0x86dd, ip6(OWN6, SERVER6, udp(7002), 64, 17))),
        ('a solicitation with more', False, ethernet(solicited, mac, 0x86dd, ip6(OWN6, group, ask + b'\x0e\1secret'))),
        ('a solicitation for a stranger', False,
         ethernet(solicited, mac, 0x86dd, ip6(OWN6, group, discovery(135, STRANGER6, 1, mac)))),
        ('a solicitation of another machine', False,
         ethernet(solicited, mac, 0x86dd, ip6(OWN6, group, discovery(135, SERVER6, 1, other)))),
        ('a solicitation that was forwarded', False, ethernet(solicited, mac, 0x86dd, ip6(OWN6, group, ask, 64))),
        ('a solicitation to all', False, ethernet(all_of, mac, 0x86dd, ip6(OWN6, 'ff02::1', ask))),
        ('an answer for the router', False,
         ethernet(server, mac, 0x86dd, ip6(OWN6, SERVER6, discovery(136, ROUTER6, 2, mac)))),
        ('a router advertisement', False, ethernet(all_of, mac, 0x86dd, ip6(OWN6, 'ff02::1', b'\x86' + b'\0' * 15))),
        ('a listener report', False, ethernet(all_of, mac, 0x86dd, ip6(OWN6, 'ff02::16', b'\x8f' + b'\0' * 23, 1))),
    ]
    return rows
