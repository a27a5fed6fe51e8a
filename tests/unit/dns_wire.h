// SPDX-License-Identifier: GPL-2.0-or-later
// DNS messages written and read by hand, apart from the library that the program uses.
#ifndef VPCJAIL_DNS_WIRE_TEST_H
#define VPCJAIL_DNS_WIRE_TEST_H

#include "policy_fixture.h"

#include "dns/answer.h"

enum { TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_PTR = 12, TYPE_MX = 15, TYPE_TXT = 16 };
enum {
	TYPE_AAAA = 28,
	TYPE_SRV = 33,
	TYPE_OPT = 41,
	TYPE_HTTPS = 65,
	TYPE_IXFR = 251,
	TYPE_AXFR = 252,
	TYPE_ANY = 255
};
enum { CLASS_IN = 1, CLASS_CHAOS = 3, CLASS_ANY = 255 };
enum { FLAG_QR = 0x8000, FLAG_AA = 0x400, FLAG_TC = 0x200, FLAG_RD = 0x100, FLAG_RA = 0x80, FLAG_CD = 0x10 };

struct wire {
	uint8_t bytes[65536];
	size_t length;
};

static inline void put16(struct wire *wire, unsigned value)
{
	wire->bytes[wire->length++] = (uint8_t)(value >> 8);
	wire->bytes[wire->length++] = (uint8_t)value;
}

static inline void put_bytes(struct wire *wire, const void *bytes, size_t length)
{
	memcpy(wire->bytes + wire->length, bytes, length);
	wire->length += length;
}

// "a.b" in wire form; "" is the root.
static inline void put_name(struct wire *wire, const char *name)
{
	while (*name) {
		size_t length = strcspn(name, ".");
		wire->bytes[wire->length++] = (uint8_t)length;
		put_bytes(wire, name, length);
		name += length + (name[length] == '.');
	}
	wire->bytes[wire->length++] = 0;
}

static inline void put_header(struct wire *wire, unsigned id, unsigned flags, unsigned questions)
{
	wire->length = 0;
	put16(wire, id);
	put16(wire, flags);
	put16(wire, questions);
	for (int i = 0; i < 3; i++)
		put16(wire, 0);
}

static inline void put_question(struct wire *wire, const char *name, unsigned type, unsigned class)
{
	put_name(wire, name);
	put16(wire, type);
	put16(wire, class);
}

// section: 3 answer, 4 authority, 5 additional. One more record there; only at the end of what is written.
static inline void put_record(struct wire *wire, unsigned section, const char *name, unsigned type, uint32_t ttl,
			      const void *data, size_t length)
{
	wire->bytes[2 * section + 1]++;
	put_name(wire, name);
	put16(wire, type);
	put16(wire, CLASS_IN);
	put16(wire, ttl >> 16);
	put16(wire, ttl & 0xffff);
	put16(wire, (unsigned)length);
	put_bytes(wire, data, length);
}

static inline void put_opt(struct wire *wire, unsigned size, unsigned version, bool dnssec_ok)
{
	wire->bytes[11]++;
	put_name(wire, "");
	put16(wire, TYPE_OPT);
	put16(wire, size);
	put16(wire, version);
	put16(wire, dnssec_ok ? 0x8000 : 0);
	put16(wire, 0);
}

static inline unsigned get16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

// A reply taken apart.
struct seen {
	unsigned id, flags, code;  // the code with its extended part
	unsigned counts[4];
	char name[DNS_NAME_TEXT_SIZE];  // of the question, its case kept
	unsigned type;
	VEC(struct address) addresses;
	char text[DNS_NAME_TEXT_SIZE];  // what a PTR leads to
	uint32_t ttl;
	bool edns, dnssec_ok;
	unsigned edns_size;
};

static inline void seen_release(struct seen *seen)
{
	vec_release(&seen->addresses);
}

static inline size_t get_name(const uint8_t *bytes, size_t length, size_t at, char *out)
{
	size_t end = 0;

	*out = '\0';
	for (unsigned jumps = 0; at < length && bytes[at];) {
		if (bytes[at] >= 0xc0) {
			end = end ? end : at + 2;
			at = get16(bytes + at) & 0x3fff;
			assert_true(++jumps < 64);
			continue;
		}
		(void)sprintf(out + strlen(out), "%s%.*s", *out ? "." : "", bytes[at], (const char *)bytes + at + 1);
		at += 1U + bytes[at];
	}
	assert_true(at < length);
	return end ? end : at + 1;
}

static inline size_t get_record(const uint8_t *bytes, size_t length, size_t at, struct seen *seen)
{
	char name[DNS_NAME_TEXT_SIZE];

	at = get_name(bytes, length, at, name);
	assert_true(at + 10 <= length);
	unsigned type = get16(bytes + at), size = get16(bytes + at + 8);
	const uint8_t *data = bytes + at + 10;
	assert_true(at + 10 + size <= length);
	if (type == TYPE_OPT) {
		seen->edns = true;
		seen->edns_size = get16(bytes + at + 2);
		seen->code |= (unsigned)bytes[at + 4] << 4;
		seen->dnssec_ok = bytes[at + 6] & 0x80;
		return at + 10 + size;
	}
	seen->ttl = (uint32_t)get16(bytes + at + 4) << 16 | get16(bytes + at + 6);
	if (type == TYPE_A || type == TYPE_AAAA)
		vec_push(&seen->addresses, address_from_bytes(type == TYPE_A ? FAMILY_IPV4 : FAMILY_IPV6, data));
	if (type == TYPE_PTR)
		get_name(bytes, length, at + 10, seen->text);
	return at + 10 + size;
}

static inline void see(const struct dns_bytes *reply, struct seen *seen)
{
	const uint8_t *bytes = reply->bytes;
	size_t at = DNS_HEADER_SIZE;

	*seen = (struct seen){ 0 };
	assert_true(reply->length >= DNS_HEADER_SIZE);
	seen->id = get16(bytes);
	seen->flags = get16(bytes + 2) & 0xfff0;
	seen->code = bytes[3] & 0xf;
	for (unsigned i = 0; i < 4; i++)
		seen->counts[i] = get16(bytes + 4 + 2 * i);
	assert_true(seen->counts[0] <= 1);
	if (seen->counts[0]) {
		at = get_name(bytes, reply->length, at, seen->name);
		assert_true(at + 4 <= reply->length);
		seen->type = get16(bytes + at);
		at += 4;
	}
	for (unsigned i = 0; i < seen->counts[1] + seen->counts[2] + seen->counts[3]; i++)
		at = get_record(bytes, reply->length, at, seen);
	assert_int_equal(at, reply->length);
}

// The first address that was seen, as text; "" without.
static inline const char *first_address(const struct seen *seen)
{
	static char text[ADDRESS_TEXT_SIZE];

	return seen->addresses.count ? address_print(&seen->addresses.items[0], text) : "";
}

static const char dns_profile[] =
    "vpcjail: 1\n"
    "description: names\n"
    "network: {isolation: vpc, peers: [10.20.1.22, 10.20.1.21]}\n"
    "vpc: {region: eu-west-1, cidrs: [10.20.0.0/16, 10.30.0.0/16], subnets: [10.20.1.0/24],\n"
    "      resolver: 10.20.0.2, dns: %s%s}\n"
    "process: {credentials: scrub}\n"
    "prefix-lists: {pl-1: {entries: [52.218.0.0/17, 3.5.64.0/21, \"2a05:d034::/36\"]}}\n"
    "hosts: {Files.Corp: 10.20.1.9, six.corp: \"2001:db8::9\", both.corp: 10.20.1.8}\n"
    "endpoints:\n"
    "  - {service: s3, type: gateway, prefix-list: pl-1}\n"
    "  - {service: sts, type: interface, addresses: [10.20.1.15, 10.20.1.16]}\n"
    "  - {service: ecr.dkr, type: interface, addresses: [10.20.1.17]}\n"
    "  - {name: store, type: custom, addresses: [10.20.1.30], names: [store.corp, localhost], ports: [9000]}\n";

// The rules of that profile; more is a further key of vpc, with its comma, or "".
static inline void rules_of(const char *dns, const char *more, struct dns_rules *rules)
{
	static const struct address nameservers[] = { { FAMILY_IPV4, 0xc6336401 }, { FAMILY_IPV4, 0xc6336402 } };
	const struct zone_facts facts = { .hostname = "box", .full_name = "box.lab.example", .ipv6 = true };
	CLEANUP(profile_release) struct profile profile = { 0 };
	char text[sizeof(dns_profile) + 256];

	(void)snprintf(text, sizeof(text), dns_profile, dns, more);
	fixture_load(text, &profile);
	dns_rules_build(&profile, &facts, nameservers, 2, rules);
}

#endif
