// SPDX-License-Identifier: GPL-2.0-or-later
// Where the jail's host stands: see site.h.
#include "verify/site.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "dns/answer.h"
#include "kernel/launch/identity.h"

static const enum family families[LINK_FAMILIES] = { FAMILY_IPV4, FAMILY_IPV6 };

// Where a profile has no subnet of a family: kept for benchmarks of networks (RFC 2544), and a ULA of random digits.
static const struct prefix elsewhere[LINK_FAMILIES] = {
	IPV4_PREFIX(198, 18, 77, 0, 24),
	IPV6_PREFIX(0xfd5c8b1e7a420077, 0, 64),
};

// What the resolver outside gives for every name: kept for documentation (RFC 5737, 3849).
static const struct address service[LINK_FAMILIES] = {
	{ FAMILY_IPV4, 0xc633644d },
	{ FAMILY_IPV6, (address_bits)0x20010db8004d0000 << 64 | 0x4d },
};

// The sink's: plan/network.c.
static const struct prefix sink[LINK_FAMILIES] = {
	IPV4_PREFIX(192, 0, 0, 8, 32),
	IPV6_PREFIX(0xfd5c8b1e7a420000, 8, 128),
};

const struct board_link site_sink = {
	.inside = "sink0",
	.outside = "sink1",
	.own = { { FAMILY_IPV4, 0xc0000008 }, { FAMILY_IPV6, (address_bits)0xfd5c8b1e7a420000 << 64 | 8 } },
	.mac = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },  // whatever the kernel gave it
};

static void add_address(struct prefix_set *set, const struct address *address)
{
	struct prefix prefix = prefix_of_address(address);

	if (address->family != FAMILY_NONE)
		prefix_set_add(set, &prefix);
}

// Whom the profile means by an address.
static void named(const struct profile *profile, struct prefix_set *out)
{
	vec_for_each (peer, &profile->network.peers)
		add_address(out, &peer->address);
	vec_for_each (host, &profile->hosts)
		add_address(out, &host->address);
	vec_for_each (endpoint, &profile->endpoints)
		vec_for_each (address, &endpoint->addresses)
			add_address(out, &address->address);
	add_address(out, &profile->vpc.resolver.address);
	prefix_set_normalize(out);
}

static struct prefix subnet_of(const struct profile *profile, enum family family)
{
	vec_for_each (subnet, &profile->vpc.subnets)
		if (subnet->prefix.base.family == family && subnet->prefix.length + 3U <= (unsigned)family)
			return subnet->prefix;
	return elsewhere[family == FAMILY_IPV6];
}

// From the middle of the block on, and not its first five addresses, nor its last.
static int free_address(const struct prefix *block, struct prefix_set *taken, struct address *out, struct error *err)
{
	enum { RESERVED = 5, SOME = 200 };
	struct address last = prefix_last(block), address = prefix_first(block);
	char text[PREFIX_TEXT_SIZE];
	address_bits size = last.bits - address.bits;

	address.bits += size > SOME + RESERVED ? SOME : size > RESERVED ? RESERVED : 1;
	for (; address.bits < last.bits; address.bits++) {
		if (prefix_set_contains(taken, &address))
			continue;
		add_address(taken, &address);
		prefix_set_normalize(taken);
		*out = address;
		return 0;
	}
	return error_set(err, -EADDRINUSE, "no address is free in %s for the host of the test range",
			 prefix_print(block, text));
}

static int choose_family(const struct profile *profile, size_t index, struct prefix_set *taken, struct site *site,
			 struct error *err)
{
	struct prefix block = subnet_of(profile, families[index]);
	struct host_address own = { .length = block.length };

	site->range.gateways[index] = prefix_first(&block);
	site->range.gateways[index].bits++;
	if (free_address(&block, taken, &own.address, err) < 0)
		return err->code;
	site->range.own[index] = own;
	if (!ruleset_asks_neighbours(profile->network.uplink))
		return 0;
	// A link that is moved takes its address along.
	if (profile->network.uplink != UPLINK_DEVICE && free_address(&block, taken, &own.address, err) < 0)
		return err->code;
	site->link.own[index] = own;
	site->link.gateways[index] = site->range.gateways[index];
	return 0;
}

int site_choose(const struct profile *profile, struct site *site, struct error *err)
{
	CLEANUP(prefix_set_release) struct prefix_set taken = { 0 };
	struct site made = { .range.device =
				 profile->network.interface.text ? profile->network.interface.text : "eth0" };
	bool ipv6 = access("/proc/sys/net/ipv6", F_OK) == 0;

	named(profile, &taken);
	for (size_t i = 0; i < (ipv6 ? 2 : 1); i++)
		if (choose_family(profile, i, &taken, &made, err) < 0)
			return err->code;
	made.range.spare = profile->network.uplink == UPLINK_DEVICE;
	made.range.resolver = profile->vpc.resolver.address.family != FAMILY_NONE ? profile->vpc.resolver.address
										  : made.range.gateways[0];
	if (profile->network.isolation == ISOLATION_VPC && profile->vpc.dns != DNS_NONE)
		dns_service_addresses(profile, ipv6, &made.resolvers);
	*site = made;
	return 0;
}

void site_release(struct site *site)
{
	vec_release(&site->resolvers);
}

void site_board(const struct site *site, struct board *board)
{
	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		board->host.own[i] = site->range.own[i].address;
		board->service[i] = service[i];
	}
	memcpy(board->host.mac, range_host_mac, sizeof(board->host.mac));
	struct board_link *link = &board->link[PHASE_CONTROL];
	(void)snprintf(link->inside, sizeof(link->inside), "%s", site->range.device);
	memcpy(link->mac, range_host_mac, sizeof(link->mac));
	memcpy(link->next_mac, range_outside_mac, sizeof(link->next_mac));
	memcpy(link->own, board->host.own, sizeof(link->own));
	board->resolver = site->range.resolver;
}

void site_own(const struct site *site, struct prefix_set *out)
{
	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		add_address(out, &site->range.own[i].address);
		add_address(out, &site->link.own[i].address);
		prefix_set_add(out, &sink[i]);
	}
	vec_for_each (resolver, &site->resolvers)
		add_address(out, resolver);
	prefix_set_normalize(out);
}

void site_broadcasts(const struct site *site, struct prefix_set *out)
{
	const struct host_address *own = &site->range.own[0];
	struct prefix block = prefix_around(&own->address, own->length);
	struct address first = prefix_first(&block), last = prefix_last(&block);

	add_address(out, &first);
	add_address(out, &last);
	prefix_set_normalize(out);
}

void site_home(const char *user, char *out, size_t size)
{
	struct identity identity = { 0 };
	AUTO_FREE char *passwd = NULL;
	AUTO_FREE char *group = NULL;
	struct error ignored;

	out[0] = '\0';
	if (identity_read(user, geteuid() == 0, &identity, &passwd, &group, &ignored) < 0)
		return;
	(void)snprintf(out, size, "%s", identity.home);
	identity_release(&identity);
}
