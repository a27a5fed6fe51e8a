// SPDX-License-Identifier: GPL-2.0-or-later
// Gathers the names of a profile: see zone.h.
#include "dns/zone.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "policy/service_name.h"

enum rank { RANK_LOCAL, RANK_OWN, RANK_HOSTS, RANK_JOB, RANK_ENDPOINT };

static const struct address loopback4 = { FAMILY_IPV4, 0x7f000001 };
static const struct address loopback6 = { FAMILY_IPV6, 1 };

static struct zone_name *find_unsorted(struct zone *zone, const char *name)
{
	vec_for_each (known, &zone->names)
		if (strcmp(known->name, name) == 0)
			return known;
	return NULL;
}

static char *lower_case(const char *name)
{
	char *copy = memory_copy_text(name);

	for (char *c = copy; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
	return copy;
}

static void add_reverse(struct zone *zone, const struct address *address, const char *name)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	uint8_t bytes[16];

	for (unsigned i = address_to_bytes(address, bytes); i--;) {
		if (address->family == FAMILY_IPV4)
			strbuf_format(&text, "%u.", bytes[i]);
		else
			strbuf_format(&text, "%x.%x.", bytes[i] & 0xf, bytes[i] >> 4);
	}
	strbuf_add(&text, address->family == FAMILY_IPV4 ? "in-addr.arpa" : "ip6.arpa");
	if (!find_unsorted(zone, strbuf_text(&text)))
		vec_push(&zone->names,
			 (struct zone_name){ .name = strbuf_steal(&text), .pointer = memory_copy_text(name) });
}

static void add(struct zone *zone, enum rank rank, const char *written, const struct address *address)
{
	AUTO_FREE char *name = lower_case(written);
	struct zone_name *known = find_unsorted(zone, name);

	if (known && known->rank < rank)
		return;
	if (!known) {
		vec_push(&zone->names, (struct zone_name){ .name = memory_copy_text(name), .rank = rank });
		known = &zone->names.items[zone->names.count - 1];
	}
	vec_for_each (other, &known->addresses)
		if (address_equal(other, address))
			return;
	vec_push(&known->addresses, *address);
	if (name[0] != '*')
		add_reverse(zone, address, name);
}

static const struct address *own_address(const struct zone_facts *facts)
{
	return facts->own.family == FAMILY_NONE ? &loopback4 : &facts->own;
}

static int by_address(const void *left, const void *right)
{
	const struct address *a = &((const struct zone_host *)left)->address;
	const struct address *b = &((const struct zone_host *)right)->address;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return a->bits < b->bits ? -1 : a->bits > b->bits;
}

void zone_job_hosts(const struct profile *profile, const struct zone_facts *facts, zone_host_vec *hosts)
{
	bool known = facts->known_as.family != FAMILY_NONE;
	unsigned number = 0;

	vec_for_each (peer, &profile->network.peers)
		vec_push(hosts, (struct zone_host){ .address = peer->address });
	if (known)
		vec_push(hosts, (struct zone_host){ .address = facts->known_as });
	if (hosts->count)
		qsort(hosts->items, hosts->count, sizeof(hosts->items[0]), by_address);
	if (!known)
		vec_push(hosts, (struct zone_host){ 0 });
	vec_for_each (host, hosts) {
		host->name = memory_format("algo-%u", ++number);
		if (address_equal(&host->address, &facts->known_as))
			host->address = *own_address(facts);
	}
}

void zone_hosts_release(zone_host_vec *hosts)
{
	vec_for_each (host, hosts)
		free(host->name);
	vec_release(hosts);
}

static void add_job(struct zone *zone, const struct profile *profile, const struct zone_facts *facts)
{
	CLEANUP(zone_hosts_release) zone_host_vec hosts = { 0 };

	zone_job_hosts(profile, facts, &hosts);
	vec_for_each (host, &hosts)
		add(zone, RANK_JOB, host->name, &host->address);
}

static void add_endpoint(struct zone *zone, const struct profile *profile, const struct profile_endpoint *endpoint)
{
	CLEANUP(name_vec_release) name_vec names = { 0 };

	endpoint_dns_names(profile, endpoint, &names);
	vec_for_each (name, &names)
		vec_for_each (value, &endpoint->addresses)
			add(zone, RANK_ENDPOINT, *name, &value->address);
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct zone_name *)left)->name, ((const struct zone_name *)right)->name);
}

void zone_build(const struct profile *profile, const struct zone_facts *facts, struct zone *zone)
{
	*zone = (struct zone){ 0 };
	add(zone, RANK_LOCAL, "localhost", &loopback4);
	add(zone, RANK_LOCAL, "*.localhost", &loopback4);
	if (facts->ipv6) {
		add(zone, RANK_LOCAL, "localhost", &loopback6);
		add(zone, RANK_LOCAL, "*.localhost", &loopback6);
	}
	add(zone, RANK_OWN, facts->full_name, own_address(facts));
	add(zone, RANK_OWN, facts->hostname, own_address(facts));
	vec_for_each (row, &profile->hosts)
		add(zone, RANK_HOSTS, row->name, &row->address);
	add_job(zone, profile, facts);
	if (profile->network.isolation == ISOLATION_VPC && !facts->hosts_only)
		vec_for_each (endpoint, &profile->endpoints)
			if (endpoint->type != ENDPOINT_GATEWAY)
				add_endpoint(zone, profile, endpoint);
	qsort(zone->names.items, zone->names.count, sizeof(zone->names.items[0]), by_name);
}

void zone_release(struct zone *zone)
{
	vec_for_each (name, &zone->names) {
		free(name->name);
		vec_release(&name->addresses);
		free(name->pointer);
	}
	vec_release(&zone->names);
}

static const struct zone_name *find_exactly(const struct zone *zone, const char *name)
{
	const struct zone_name wanted = { .name = (char *)(uintptr_t)name };

	if (!zone->names.count)
		return NULL;
	return bsearch(&wanted, zone->names.items, zone->names.count, sizeof(wanted), by_name);
}

// A dot within a label is \046 in a text of a question: each dot there is the end of a label.
const struct zone_name *zone_find(const struct zone *zone, const char *name)
{
	char wild[DNS_NAME_TEXT_SIZE + 1];
	const struct zone_name *found = find_exactly(zone, name);

	if (strlen(name) >= DNS_NAME_TEXT_SIZE || name[0] == '*')
		return found;
	for (const char *dot = strchr(name, '.'); !found && dot && dot[1]; dot = strchr(dot + 1, '.')) {
		wild[0] = '*';
		memcpy(wild + 1, dot, strlen(dot) + 1);
		found = find_exactly(zone, wild);
	}
	return found;
}
