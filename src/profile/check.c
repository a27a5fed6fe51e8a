// SPDX-License-Identifier: GPL-2.0-or-later
// Checks between values: isolation, process, uplinks, ways out that remain: see check.h.
#include "profile/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void check_isolation(struct reader *reader)
{
	const struct profile *profile = reader->profile;
	const struct profile_network *network = &profile->network;
	bool full = network->isolation == ISOLATION_FULL;

	if (!network->isolation_at.line)
		return;  // told already
	if (full && network->host_ports.count)
		reader_error(reader, &network->host_ports_at, "leave it out, or write isolation: vpc",
			     "\"network.host-ports\" must be empty under full isolation");
	if (full && profile->process.credentials == CREDENTIALS_KEEP)
		reader_error(reader, &profile->process.credentials_at, "write credentials: scrub",
			     "\"process.credentials\" must be scrub under full isolation");
	if (!full && !profile->process.credentials_at.line)
		reader_error(reader, &network->isolation_at,
			     "write \"credentials: scrub\" or \"credentials: keep\" under \"process\"",
			     "\"process.credentials\" must be written under vpc isolation");
	if (!full && !profile->vpc.subnets_at.line)
		reader_error(reader, &network->isolation_at,
			     "write \"subnets: [CIDR, …]\" or \"subnets: host\" under \"vpc\"",
			     "\"vpc.subnets\" must be written under vpc isolation");
}

// A listener each, and each port one.
static void check_host_ports(struct reader *reader)
{
	enum { MAXIMUM = 64 };
	const port_vec *ports = &reader->profile->network.host_ports;
	unsigned long count = 0;

	vec_for_each (value, ports) {
		count += (unsigned long)value->range.last - value->range.first + 1;
		for (const struct port_value *other = ports->items; other < value; other++)
			if (value->range.first <= other->range.last && other->range.first <= value->range.last) {
				reader_error(reader, &value->at, "remove one of them",
					     "this port is offered twice: first in line %u", other->at.line);
				break;
			}
	}
	if (count > MAXIMUM)
		reader_error(reader, &reader->profile->network.host_ports_at, "name those that the job needs",
			     "\"network.host-ports\" offers %lu ports, and at most %d can be", count, MAXIMUM);
}

static int compare_peers(const void *a, const void *b)
{
	const struct address_value *left = *(const struct address_value *const *)a;
	const struct address_value *right = *(const struct address_value *const *)b;

	if (left->address.family != right->address.family)
		return left->address.family < right->address.family ? -1 : 1;
	if (left->address.bits != right->address.bits)
		return left->address.bits < right->address.bits ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void check_peers(struct reader *reader)
{
	const address_vec *peers = &reader->profile->network.peers;
	AUTO_FREE const struct address_value **order = NEW_ARRAY(const struct address_value *, peers->count);

	for (size_t i = 0; i < peers->count; i++)
		order[i] = &peers->items[i];
	qsort(order, peers->count, sizeof(struct address_value *), compare_peers);
	for (size_t i = 1; i < peers->count; i++)
		if (address_equal(&order[i - 1]->address, &order[i]->address))
			reader_error(reader, &order[i]->at, "remove one of them",
				     "this peer stands here twice: first in line %u", order[i - 1]->at.line);
}

static void check_environment(struct reader *reader)
{
	const struct profile_process *process = &reader->profile->process;

	vec_for_each (removed, &process->environment_remove) {
		bool wanted = false;
		vec_for_each (set, &process->environment_set)
			wanted = wanted || strcmp(set->name, removed->text) == 0;
		vec_for_each (kept, &process->environment_keep)
			wanted = wanted || strcmp(kept->text, removed->text) == 0;
		if (wanted)
			reader_error(reader, &removed->at, "decide for one",
				     "\"%.80s\" is removed here, but kept or set elsewhere", removed->text);
	}
}

static void check_uplink(struct reader *reader)
{
	const struct profile_network *network = &reader->profile->network;

	if (network->uplink == UPLINK_DEVICE && !network->interface.text)
		reader_error(reader, &network->uplink_at, "write \"interface: eth1\", or which it is, beside it",
			     "uplink device needs the link that is moved into the jail: none is named");
}

// "com.amazonaws.eu-west-1.s3" in a VPC of us-east-1. Lists of one's own have names of one's own.
static bool is_of_other_region(const struct profile_prefix_list *list, const char *region)
{
	static const char front[] = "com.amazonaws.";
	size_t length = region ? strlen(region) : 0;

	if (!length || !list->name.text || strncmp(list->name.text, front, strlen(front)) != 0)
		return false;
	const char *own = list->name.text + strlen(front);
	return strncmp(own, region, length) != 0 || own[length] != '.';
}

// What stays open although every rule holds: said, so that nobody is surprised.
static void warn_residual(struct reader *reader)
{
	const struct profile *profile = reader->profile;
	bool vpc = profile->network.isolation == ISOLATION_VPC;
	const struct {
		bool open;
		const struct location *at;
		const char *text;
	} rows[] = {
		{ vpc && profile->vpc.dns == DNS_RESOLVER, &profile->vpc.dns_at,
		  "a way out remains: forwarded DNS queries carry data (`dns: resolver`)" },
		{ profile->process.devices.rdma == PERMISSION_ALLOW, &profile->process.devices.rdma_at,
		  "a way out remains: RDMA is traffic that no packet filter sees" },
		{ profile->process.devices.imex == PERMISSION_ALLOW, &profile->process.devices.imex_at,
		  "a way out remains: IMEX channels are memory shared between machines, which no packet filter sees" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].open)
			reader_warn(reader, rows[i].at, NULL, "%s", rows[i].text);
	vec_for_each (endpoint, &profile->endpoints)
		if (vpc && endpoint->type == ENDPOINT_GATEWAY && endpoint->service.text)
			reader_warn(
			    reader, &endpoint->at, NULL,
			    "a way out remains: the gateway endpoint carries every request to %s of the Region, "
			    "also to what belongs to others",
			    endpoint->service.text);
	vec_for_each (list, &profile->prefix_lists)
		if (vpc && is_of_other_region(list, profile->vpc.region.text))
			reader_warn(reader, &list->name.at, "give the list of the VPC's own Region",
				    "prefix list \"%s\" is of another Region than the VPC: a gateway leads to its own",
				    list->id);
	vec_for_each (list, &profile->prefix_lists)
		if (vpc && list->approximate)
			reader_warn(reader, &list->at, "fetch the list itself: aws ec2 get-managed-prefix-list-entries",
				    "prefix list \"%s\" is approximate: it allows more than AWS would%s%.10s", list->id,
				    list->date ? "; its ip-ranges.json is of " : "", list->date ? list->date : "");
}

void profile_check(struct reader *reader)
{
	check_isolation(reader);
	check_host_ports(reader);
	check_peers(reader);
	check_environment(reader);
	check_uplink(reader);
	check_vpc(reader);
	check_references(reader);
	check_families(reader);
	warn_residual(reader);
}
