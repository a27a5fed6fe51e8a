// SPDX-License-Identifier: GPL-2.0-or-later
// The VPC around the job: its blocks, its subnets and its resolver.
//
// Source: "DHCP option sets in Amazon VPC" and "DNS attributes for your VPC" (Amazon VPC User Guide).
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"

enum { RESOLVER_OFFSET = 2, SERVERS_SHOWN = 8 };

static void add_block(struct assembly *assembly, const struct prefix *block)
{
	if (subnet_has_family(assembly->subnet, block->base.family) && !prefixes_cover(&assembly->cidrs, block))
		vec_push(&assembly->cidrs, *block);
}

// Whether AWS gives a VPC a block as large: /16 of IPv4 at most, /44 of IPv6. A larger one is no VPC's.
// Source: "VPC CIDR blocks" (Amazon VPC User Guide).
static bool is_vpc_block(const struct prefix *block)
{
	enum { LEAST_IPV4 = 16, LEAST_IPV6 = 44 };

	return block->length >= (block->base.family == FAMILY_IPV4 ? LEAST_IPV4 : LEAST_IPV6);
}

// The local routes of the table are the VPC's blocks; without them only the job's subnet is known.
static void guess_cidrs(struct building *building)
{
	struct assembly *assembly = building->assembly;
	prefix_vec locals = { 0 };

	if (assembly->table)
		vec_for_each (route, &assembly->table->routes)
			if (route->target == TARGET_LOCAL && !route->is_list && is_vpc_block(&route->prefix))
				vec_push(&locals, route->prefix);
	vec_for_each (block, &locals)
		add_block(assembly, block);
	assume(building, memory_format("VPC %s", assembly->subnet->vpc),
	       memory_copy_text(locals.count ? "its CIDR blocks are those that its route table calls local"
					     : "it has no more addresses than the job's subnet"),
	       command_for(building, "describe-vpcs --vpc-ids", assembly->subnet->vpc));
	vec_release(&locals);
}

// The primary block stays first: the resolver is in it.
static void add_cidrs(struct building *building)
{
	struct assembly *assembly = building->assembly;

	if (!assembly->vpc)
		guess_cidrs(building);
	else
		vec_for_each (block, &assembly->vpc->blocks)
			add_block(assembly, block);
	vec_for_each (block, &assembly->subnet->blocks)
		add_block(assembly, block);
}

static bool overlaps(const prefix_vec *blocks, const struct prefix *with)
{
	vec_for_each (block, blocks)
		if (prefix_covers(block, with) || prefix_covers(with, block))
			return true;
	return false;
}

// The job's own first, as profiles want it; of the others what goes together with it.
static void add_subnets(struct assembly *assembly)
{
	prefix_vec others = { 0 };

	vec_for_each (block, &assembly->subnet->blocks)
		vec_push(&assembly->subnets, *block);
	vec_for_each (subnet, &assembly->account->subnets) {
		if (!text_equal(subnet->vpc, assembly->subnet->vpc) || subnet == assembly->subnet ||
		    !region_fits(subnet->thing.region, assembly->selection->region))
			continue;
		vec_for_each (block, &subnet->blocks)
			vec_push(&others, *block);
	}
	if (others.count)
		qsort(others.items, others.count, sizeof(*others.items), compare_blocks);
	vec_for_each (block, &others)
		if (prefixes_cover(&assembly->cidrs, block) && !overlaps(&assembly->subnets, block))
			vec_push(&assembly->subnets, *block);
	vec_release(&others);
}

static const struct aws_dhcp_options *find_options(const struct building *building)
{
	const struct aws_vpc *vpc = building->assembly->vpc;

	vec_for_each (options, &building->assembly->account->dhcp_options)
		if (vpc && text_equal(options->thing.id, vpc->dhcp_options) &&
		    region_fits(options->thing.region, building->assembly->selection->region))
			return options;
	return NULL;
}

static void add_resolver(struct assembly *assembly)
{
	assembly->amazon_dns = true;
	vec_for_each (block, &assembly->vpc->blocks) {
		if (block->base.family != FAMILY_IPV4)
			continue;
		assembly->resolver = block->base;
		assembly->resolver.bits += RESOLVER_OFFSET;
		return;
	}
}

static void tell_servers(struct building *building, const struct aws_dhcp_options *options)
{
	AUTO_STRBUF struct strbuf servers = { 0 };
	char out[ADDRESS_TEXT_SIZE];
	size_t shown = 0;

	vec_for_each (server, &options->servers)
		if (shown++ < SERVERS_SHOWN)
			strbuf_format(&servers, "%s%s", servers.length ? ", " : "", address_print(server, out));
	if (!shown)
		return;
	assume(
	    building,
	    memory_format("names that the name servers of %s know (%s%s)", options->thing.id, strbuf_text(&servers),
			  shown > SERVERS_SHOWN ? ", …" : ""),
	    memory_copy_text("only the names of endpoints resolve; a server that answers needs an endpoint of its own"),
	    NULL);
}

// The resolver is there when the VPC's options name it and the VPC's attribute has it on: both must be known.
static void find_resolver(struct building *building)
{
	struct assembly *assembly = building->assembly;
	const struct aws_vpc *vpc = assembly->vpc;
	const struct aws_dhcp_options *options = find_options(building);

	if (!vpc)
		return;
	if (options)
		tell_servers(building, options);
	else
		assume(building, memory_format("the DHCP options of %s", vpc->thing.id),
		       memory_copy_text("no resolver is reached"),
		       command_for(building,
				   vpc->dhcp_options ? "describe-dhcp-options --dhcp-options-ids"
						     : "describe-dhcp-options",
				   vpc->dhcp_options));
	if (options && options->amazon_dns && vpc->dns_support == KNOWN_YES)
		add_resolver(assembly);
}

void assembly_add_network(struct building *building)
{
	struct assembly *assembly = building->assembly;

	assembly->vpc = find_vpc(building, assembly->subnet->vpc);
	assembly->table = subnet_route_table(assembly->account, assembly->subnet, &assembly->table_is_main);
	add_cidrs(building);
	add_subnets(assembly);
	find_resolver(building);
}
