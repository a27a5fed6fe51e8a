// SPDX-License-Identifier: GPL-2.0-or-later
// Random profiles: see random_profile.h.
#include "random_profile.h"

#include <string.h>

#include "net/prefix.h"

// Around these all prefixes are drawn, so that they overlap, touch and nest.
static const struct {
	const char *base;
	uint8_t around, shortest, longest;
} spaces[] = {
	{ "10.20.0.0", 16, 12, 32 },   { "10.20.1.0", 24, 22, 32 },         { "10.20.1.40", 28, 28, 32 },
	{ "52.218.0.0", 16, 9, 28 },   { "3.5.64.0", 18, 12, 26 },          { "10.21.0.0", 24, 14, 32 },
	{ "192.0.2.0", 24, 1, 32 },    { "fd12:3456::", 112, 40, 128 },     { "fd12:3456::", 62, 56, 72 },
	{ "2600:1f00::", 28, 20, 64 }, { "2001:db8::", 48, 1, 128 },        { "169.254.169.0", 24, 16, 32 },
	{ "10.20.128.0", 17, 17, 30 }, { "fd12:3456:0:1::", 124, 60, 128 },
};

// Of prefix lists: as wide as a Region's.
static const struct {
	const char *base;
	uint8_t around, shortest, longest;
} list_spaces[] = {
	{ "52.216.0.0", 14, 18, 32 },
	{ "3.5.0.0", 16, 20, 28 },
	{ "2600:1f00::", 28, 36, 64 },
	{ "10.20.8.0", 21, 24, 32 },
};

static const char *const hosts[] = {
	"10.20.1.21",  "10.20.2.22", "10.20.9.1",    "fd12:3456::21", "10.21.0.5",
	"10.20.1.128", "10.20.3.7",  "fd12:3456::f", "10.20.128.9",   "2001:db8::7",
};

// Subnets that lie apart; the first one drawn is the job's own.
static const char *const subnets[] = {
	"10.20.1.0/24",   "10.20.2.0/24",   "10.20.16.0/20",      "10.20.3.4/30",
	"10.20.200.0/31", "fd12:3456::/64", "fd12:3456:0:1::/64", "10.20.128.0/18",
};

static const char *const ports[] = { "443", "53",    "80",          "1024-65535", "8000-8100",   "1",         "53-80",
				     "123", "65535", "20000-20100", "1-65535",    "32768-60999", "1024-20049" };
static const char *const icmp_types[] = { "8", "0", "3", "11", "13" };
static const char *const icmpv6_types[] = { "128", "129", "1", "135", "3" };

static struct address random_near(struct random *random, const struct address *base, unsigned bits)
{
	struct address address = *base;
	unsigned low = (unsigned)base->family - bits;  // that may change

	for (unsigned i = 0; i < low; i++)
		if (random_chance(random, 50))
			address.bits ^= (address_bits)1 << i;
	return address;
}

static const char *random_prefix(struct random *random, enum family family, char *out)
{
	struct address base;

	for (;;) {
		unsigned i = random_below(random, sizeof(spaces) / sizeof(spaces[0]));
		if (address_parse(spaces[i].base, &base, NULL) < 0 || (family && base.family != family))
			continue;
		unsigned length =
		    spaces[i].shortest + random_below(random, spaces[i].longest - spaces[i].shortest + 1U);
		if (random_chance(random, 2))
			length = 0;
		// Mostly inside the space: a wide prefix is the one around it.
		struct address near = random_near(random, &base, spaces[i].around);
		if (random_chance(random, 40))
			near = base;
		struct prefix prefix = prefix_around(&near, (uint8_t)length);
		return prefix_print(&prefix, out);
	}
}

// ", protocol: tcp, ports: [443]" or the like, of that family where the protocol has one; sometimes nothing.
static void add_traffic(struct random *random, enum family family, struct strbuf *out)
{
	unsigned kind = random_below(random, 10);

	if (kind < 2)
		return;
	if (kind < 7) {
		strbuf_format(out, ", protocol: %s", kind < 5 ? "tcp" : "udp");
		if (random_chance(random, 75)) {
			strbuf_format(out, ", ports: [%s", RANDOM_PICK(random, ports));
			while (random_chance(random, 30))
				strbuf_format(out, ", %s", RANDOM_PICK(random, ports));
			strbuf_add(out, "]");
		}
	} else if (kind < 9) {
		bool six = family == FAMILY_IPV6 || (!family && random_chance(random, 50));
		strbuf_format(out, ", protocol: %s", six ? "icmpv6" : "icmp");
		if (random_chance(random, 60)) {
			strbuf_format(out, ", icmp-type: %s",
				      six ? RANDOM_PICK(random, icmpv6_types) : RANDOM_PICK(random, icmp_types));
			if (random_chance(random, 40))
				strbuf_format(out, ", icmp-code: %u", random_below(random, 3));
		}
	} else {
		strbuf_format(out, ", protocol: %s", random_chance(random, 50) ? "47" : "all");
	}
}

static void add_entry(struct random *random, struct strbuf *out)
{
	char text[PREFIX_TEXT_SIZE];
	unsigned i = random_below(random, sizeof(list_spaces) / sizeof(list_spaces[0]));
	struct address base;

	if (address_parse(list_spaces[i].base, &base, NULL) < 0)
		return;
	unsigned length =
	    list_spaces[i].shortest + random_below(random, list_spaces[i].longest - list_spaces[i].shortest + 1U);
	struct address near = random_near(random, &base, list_spaces[i].around);
	struct prefix prefix = prefix_around(&near, (uint8_t)length);
	strbuf_format(out, "      - '%s'\n", prefix_print(&prefix, text));
}

static void add_lists(struct random *random, bool largest, struct strbuf *out)
{
	static const char *const ids[] = { "pl-aaaa", "pl-bbbb", "pl-cccc" };

	strbuf_add(out, "prefix-lists:\n");
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		unsigned size = random_below(random, 100), count = 1 + random_below(random, 8);
		if (size >= 80)
			count = 1 + random_below(random, size < 96 ? 60 : size < 99 ? 600 : 2000);
		if (largest && i == 0)
			count = LIST_LARGEST;
		strbuf_format(out, "  %s:\n    entries:\n", ids[i]);
		if (i == 0)  // so that a gateway is reached in both families
			strbuf_add(out, "      - '52.218.0.0/17'\n      - '2600:1f01::/36'\n");
		for (unsigned j = 0; j < count; j++)
			add_entry(random, out);
	}
}

static void add_endpoints(struct random *random, bool elsewhere, struct strbuf *out)
{
	static const char *const stands[] = { ", stand-in: 192.168.7.9", ", stand-in: 127.0.0.1" };

#define STAND_IN (elsewhere && random_chance(random, 50) ? RANDOM_PICK(random, stands) : "")
	strbuf_add(out, "endpoints:\n");
	strbuf_format(out, "  - {service: s3, type: gateway, prefix-list: pl-aaaa%s}\n", STAND_IN);
	strbuf_format(out,
		      "  - {service: sts, type: interface, addresses: [10.20.1.40, 10.20.2.40, 'fd12:3456::40']%s}\n",
		      STAND_IN);
	if (random_chance(random, 60))
		strbuf_format(out,
			      "  - {service: logs, type: interface, addresses: [10.20.1.41], ports: [%s, 443]%s}\n",
			      RANDOM_PICK(random, ports), STAND_IN);
	strbuf_format(
	    out, "  - {name: store, type: custom, addresses: [10.20.9.1, 10.22.0.1, 'fd12:3456::9'], ports: [%s]%s}\n",
	    RANDOM_PICK(random, ports), STAND_IN);
	strbuf_format(out, "  - {name: names, type: custom, addresses: [10.20.1.53], ports: [53], protocol: udp%s}\n",
		      STAND_IN);
	if (random_chance(random, 20))
		strbuf_add(out, "  - {name: pinged, type: custom, addresses: [10.20.1.54], protocol: icmp}\n");
	if (random_chance(random, 30))
		strbuf_format(out, "  - {service: dynamodb, type: gateway, prefix-list: pl-bbbb%s}\n", STAND_IN);
#undef STAND_IN
}

static void add_group_rules(struct random *random, const char *direction, const char *word, struct strbuf *out)
{
	static const char *const peers[] = { "self", "subnets", "any",   "pl-aaaa", "pl-bbbb", "pl-cccc", "s3",
					     "sts",  "store",   "names", "sg-a",    "self",    "any",     "any" };
	char text[PREFIX_TEXT_SIZE];

	if (random_chance(random, 4)) {
		strbuf_format(out, "    %s: []\n", direction);
		return;
	}
	strbuf_format(out, "    %s:\n", direction);
	for (unsigned i = 0, count = 1 + random_below(random, 6); i < count; i++) {
		enum family family = random_chance(random, 50) ? FAMILY_IPV4 : FAMILY_IPV6;
		bool word_alone = random_chance(random, 50);

		strbuf_format(out, "      - {%s: [", word);
		if (word_alone)
			strbuf_format(out, "%s", RANDOM_PICK(random, peers));
		else
			strbuf_format(out, "'%s'", random_prefix(random, family, text));
		while (random_chance(random, 25))
			strbuf_format(out, ", '%s'", random_prefix(random, FAMILY_NONE, text));
		strbuf_add(out, "]");
		add_traffic(random, word_alone ? FAMILY_NONE : family, out);
		strbuf_add(out, "}\n");
	}
}

static void add_groups(struct random *random, struct strbuf *out)
{
	static const char *const ids[] = { "sg-a", "sg-b" };

	strbuf_add(out, "security-groups:\n");
	for (unsigned i = 0, count = 1 + random_below(random, 2); i < count; i++) {
		strbuf_format(out, "  %s:\n", ids[i]);
		if (random_chance(random, 65))
			add_group_rules(random, "egress", "to", out);
		add_group_rules(random, "ingress", "from", out);
	}
}

static void add_acl(struct random *random, const char *id, const char *of, struct strbuf *out)
{
	char text[PREFIX_TEXT_SIZE];

	strbuf_format(out, "  %s:\n", id);
	if (of)
		strbuf_format(out, "    subnets: ['%s']\n", of);
	for (int way = 0; way < 2; way++) {
		strbuf_format(out, "    %s:\n", way ? "ingress" : "egress");
		for (unsigned i = 0, count = 2 + random_below(random, 6); i < count; i++) {
			enum family family = random_chance(random, 60) ? FAMILY_IPV4 : FAMILY_IPV6;
			bool all = random_chance(random, 35);
			strbuf_format(out, "      - {rule: %u, action: %s, cidr: '%s'", 10 * i + 1,
				      random_chance(random, 65) ? "allow" : "deny",
				      all ? family == FAMILY_IPV4 ? "0.0.0.0/0" : "::/0"
					  : random_prefix(random, family, text));
			add_traffic(random, family, out);
			strbuf_add(out, "}\n");
		}
	}
}

static void add_acls(struct random *random, const char *own, struct strbuf *out)
{
	strbuf_add(out, "network-acls:\n");
	if (random_chance(random, 50))
		add_acl(random, "acl-other", "10.99.0.0/24", out);
	add_acl(random, "acl-mine", random_chance(random, 50) ? own : NULL, out);
}

static void add_routes(struct random *random, struct strbuf *out)
{
	char text[PREFIX_TEXT_SIZE];

	strbuf_add(out, "routes:\n  - {destination: 10.20.0.0/16, target: local}\n"
			"  - {destination: 'fd12:3456::/56', target: local}\n");
	for (unsigned i = 0, count = random_below(random, 8); i < count; i++)
		strbuf_format(out, "  - {destination: '%s', target: %s}\n", random_prefix(random, FAMILY_NONE, text),
			      random_chance(random, 60) ? "local" : "blackhole");
	if (random_chance(random, 80))
		strbuf_format(out, "  - {destination: pl-aaaa, target: %s}\n",
			      random_chance(random, 80) ? "gateway-endpoint" : "blackhole");
	if (random_chance(random, 40))
		strbuf_add(out, "  - {destination: pl-cccc, target: blackhole}\n");
}

static const char *add_subnets(struct random *random, struct strbuf *out)
{
	enum { SUBNETS = sizeof(subnets) / sizeof(subnets[0]) };
	unsigned first = random_below(random, SUBNETS);

	strbuf_add(out, "  subnets:\n");
	for (unsigned i = 0, count = 1 + random_below(random, 4); i < count; i++)
		strbuf_format(out, "    - '%s'\n", subnets[(first + i) % SUBNETS]);
	return subnets[first];
}

static void add_some_hosts(struct random *random, const char *before, const char *after, unsigned percent,
			   struct strbuf *out)
{
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (random_chance(random, percent))
			strbuf_format(out, "%s%s%s\n", before, hosts[i], after);
}

static void add_host(struct random *random, struct strbuf *out)
{
	if (random_chance(random, 50))
		return;
	add_some_hosts(random, "# host own: ", "", 25, out);
	add_some_hosts(random, "# host gateway: ", "", 15, out);
	add_some_hosts(random, "# host proxy: ", "", 15, out);
	if (random_chance(random, 40))
		strbuf_add(out, "# host subnets\n");
}

static void add_network(struct random *random, bool full, struct strbuf *out)
{
	static const char *const uplinks[] = { "auto", "auto", "auto", "veth", "pasta", "macvlan", "macvlan", "none" };

	strbuf_format(out, "vpcjail: 1\nnetwork:\n  isolation: %s\n  on-deny: %s\n  uplink: %s\n",
		      full ? "full" : "vpc", random_chance(random, 50) ? "reject" : "drop",
		      RANDOM_PICK(random, uplinks));
	if (random_chance(random, full ? 80 : 70)) {
		strbuf_add(out, "  peers:\n    - 10.20.1.22\n");
		add_some_hosts(random, "    - '", "'", 35, out);
	}
}

void random_profile(struct random *random, bool largest, struct strbuf *out)
{
	bool full = random_chance(random, 10), elsewhere = random_chance(random, 6);
	const char *own;

	add_host(random, out);
	add_network(random, full, out);
	strbuf_add(out, "vpc:\n  region: eu-west-1\n  cidrs: [10.20.0.0/16, 'fd12:3456::/56']\n");
	own = add_subnets(random, out);
	strbuf_format(out, "  dns: %s\n  resolver: %s\n  imds: %s\n  time-sync: %s\n",
		      random_chance(random, 50) ? "resolver" : "none",
		      random_chance(random, 50) ? "10.20.0.2" : "10.21.0.53",
		      random_chance(random, 50) ? "allow" : "deny", random_chance(random, 50) ? "allow" : "deny");
	if (elsewhere)
		strbuf_add(out, "  located: elsewhere\n");
	add_lists(random, largest, out);
	add_endpoints(random, elsewhere, out);
	if (random_chance(random, 85))
		add_groups(random, out);
	if (random_chance(random, 55))
		add_acls(random, own, out);
	if (random_chance(random, 55))
		add_routes(random, out);
	strbuf_format(out, "process:\n  credentials: %s\n", full || random_chance(random, 50) ? "scrub" : "keep");
}

void random_variant(struct random *random, const char *text, struct strbuf *out)
{
	unsigned percent = random_below(random, 40);

	while (*text) {
		size_t length = strcspn(text, "\n") + 1;
		bool item = text[strspn(text, " ")] == '-';

		if (!item || !random_chance(random, percent))
			strbuf_add_bytes(out, text, length);
		text += length;
	}
}
