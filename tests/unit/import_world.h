// SPDX-License-Identifier: GPL-2.0-or-later
// Made-up assemblies of a VPC's subnets, as a test wants them or by chance, without documents behind them.
#ifndef VPCJAIL_TEST_IMPORT_WORLD_H
#define VPCJAIL_TEST_IMPORT_WORLD_H

#include "parsed.h"
#include "test.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/assembly.h"
#include "net_random.h"

enum { WORLD_SUBNETS = 3, WORLD_ENDPOINTS = 4 };

struct world {
	uint64_t seed;
	VEC(char *) texts;
	const char *(*name)(struct world *world);  // of things and reasons; NULL: harmless ones
	struct account account;
	struct import_selection selection;
	struct aws_vpc vpc;
	struct aws_subnet subnets[WORLD_SUBNETS];
	struct aws_route_table tables[WORLD_SUBNETS];
	struct aws_network_acl acls[WORLD_SUBNETS];
	struct aws_security_group groups[2];
	struct aws_group_rule rule;
	struct aws_endpoint endpoints[WORLD_ENDPOINTS];
	struct aws_interface interface;
	struct aws_job job;
	struct assembly assemblies[WORLD_SUBNETS];
};

static inline unsigned world_below(struct world *world, unsigned limit)
{
	return random_below(&world->seed, limit);
}

static inline bool world_chance(struct world *world, unsigned percent)
{
	return world_below(world, 100) < percent;
}

static inline char *world_text(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline char *world_text(struct world *world, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	assert_true(vasprintf(&text, format, arguments) >= 0);
	va_end(arguments);
	vec_push(&world->texts, text);
	return text;
}

static inline char *world_name(struct world *world, const char *harmless)
{
	return world_text(world, "%s", world->name ? world->name(world) : harmless);
}

#define WORLD_PICK(world, array) ((array)[world_below((world), sizeof(array) / sizeof((array)[0]))])

static const char *const world_blocks[] = {
	"10.0.0.0/16",    "10.0.1.0/24",    "10.0.2.0/24",   "10.0.1.128/25",      "10.0.0.0/20",    "10.0.3.7/32",
	"10.0.0.0/8",     "0.0.0.0/0",      "::/0",          "52.218.0.0/17",      "52.218.64.0/18", "3.5.64.0/21",
	"2600:1f18::/64", "192.168.0.0/16", "10.0.3.0/24",   "10.0.2.64/26",       "2600:1f18::/56", "10.0.1.40/32",
	"2600:1f00::/24", "10.1.0.0/16",    "52.218.0.0/16", "2600:1f18:0:2::/64",
};
static const char *const world_subnets[WORLD_SUBNETS][2] = { { "10.0.1.0/24", "2600:1f18::/64" },
							     { "10.0.2.0/24", "2600:1f18:0:2::/64" },
							     { "10.0.3.0/24", NULL } };

static inline struct aws_match world_match(struct world *world)
{
	static const int protocols[] = { PROTOCOL_ALL, IPPROTO_TCP,  IPPROTO_TCP,    IPPROTO_TCP,
					 IPPROTO_UDP,  IPPROTO_ICMP, IPPROTO_ICMPV6, 47 };
	static const struct port_range ranges[] = { { 443, 443 }, { 1024, 65535 }, { 0, 1023 },
						    { 0, 65535 }, { 1, 65535 },    { 53, 53 },
						    { 80, 80 },   { 400, 500 },    { 0, 0 } };
	struct aws_match match = { .protocol = WORLD_PICK(world, protocols), .icmp_type = -1, .icmp_code = -1 };

	match.ports = WORLD_PICK(world, ranges);
	match.all_ports = world_chance(world, 30) || match.protocol == PROTOCOL_ALL || match.protocol == 47;
	match.nothing = world_chance(world, 3) || (!match.all_ports && match.ports.last == 0);
	if (match.protocol == IPPROTO_ICMP || match.protocol == IPPROTO_ICMPV6) {
		match.icmp_type = world_chance(world, 50) ? (int)world_below(world, 10) : -1;
		match.icmp_code = world_chance(world, 30) ? (int)world_below(world, 3) : -1;
	}
	return match;
}

static inline void world_rules(struct world *world, assembled_rule_vec *rules)
{
	static const char *const peers[] = { "self", "pl-aaaa", "pl-bbbb", "pl-none", "10.0.1.21", "sg-1" };

	for (unsigned i = 0, count = world_below(world, 5); i < count; i++) {
		struct assembled_rule rule = { .match = world_match(world), .rule = &world->rule };

		if (world_chance(world, 60))
			rule.reason = world_name(world, "why");
		for (unsigned j = 0, of = world_below(world, world_chance(world, 10) ? 14 : 4); j < of; j++) {
			struct assembled_peer peer = { 0 };
			peer.text = world_text(world, "%s",
					       world_chance(world, 60) ? WORLD_PICK(world, world_blocks)
								       : WORLD_PICK(world, peers));
			if (world_chance(world, 40))
				peer.note = world_name(world, "sg-0 (workers): eni-1");
			vec_push(&rule.peers, peer);
		}
		vec_push(rules, rule);
	}
}

static inline void world_acl(struct world *world, size_t index)
{
	struct aws_network_acl *acl = &world->acls[index];
	struct assembled_acl own = { .id = world_text(world, "acl-%zu", index), .own = true, .acl = acl };

	acl->thing = (struct aws_thing){ .id = own.id, .name = world_name(world, "acl") };
	for (unsigned i = 0, count = world_below(world, 7); i < count; i++) {
		struct aws_acl_entry entry = { .number = 1 + (long)world_below(world, 40) * 10,
					       .egress = world_chance(world, 60),
					       .allow = world_chance(world, 65),
					       .prefix = block_of(WORLD_PICK(world, world_blocks)),
					       .match = world_match(world) };
		vec_push(&acl->entries, entry);
	}
	for (int way = 0; way < 2 && world_chance(world, 70); way++)
		vec_push(
		    &acl->entries,
		    (struct aws_acl_entry){
			.number = 500,
			.egress = way,
			.allow = true,
			.prefix = block_of("0.0.0.0/0"),
			.match = { .protocol = PROTOCOL_ALL, .all_ports = true, .icmp_type = -1, .icmp_code = -1 } });
	vec_push(&acl->entries, (struct aws_acl_entry){ .number = 32767,
							.egress = true,
							.prefix = block_of("0.0.0.0/0"),
							.match = { .protocol = PROTOCOL_ALL, .all_ports = true } });
	if (world_chance(world, 10))
		own.acl = NULL;
	vec_push(&world->assemblies[index].acls, own);
}

static inline void world_routes(struct world *world, size_t index)
{
	static const enum route_target targets[] = { ROUTE_LOCAL, ROUTE_PEERING, ROUTE_BLACKHOLE, ROUTE_BLACKHOLE };
	static const char *const lists[] = { "pl-aaaa", "pl-bbbb", "pl-none" };
	struct assembly *assembly = &world->assemblies[index];
	struct assembled_route local = { .prefix = block_of("10.0.0.0/16"), .target = ROUTE_LOCAL };

	vec_push(&assembly->routes, local);
	for (unsigned i = 0, count = world_below(world, 6); i < count; i++) {
		struct assembled_route route = { .prefix = block_of(WORLD_PICK(world, world_blocks)),
						 .target = WORLD_PICK(world, targets) };
		if (world_chance(world, 50))
			route.note = world_name(world, "igw-1: an internet gateway");
		vec_push(&assembly->routes, route);
	}
	for (size_t i = 0; i < 3; i++) {
		struct assembled_route route = { .is_list = true, .list = lists[i] };
		route.target = world_chance(world, 75) ? ROUTE_GATEWAY_ENDPOINT : WORLD_PICK(world, targets);
		if (world_chance(world, 70))
			vec_push(&assembly->routes, route);
	}
}

static inline void world_endpoint(struct world *world, size_t index, struct assembly *assembly)
{
	static const char *const services[WORLD_ENDPOINTS] = { "s3", "sts", "sts", NULL };
	struct assembled_endpoint endpoint = { .endpoint = &world->endpoints[index],
					       .service = (char *)(uintptr_t)services[index],
					       .type = index ? ENDPOINT_INTERFACE : ENDPOINT_GATEWAY,
					       .list = index ? NULL : "pl-aaaa",
					       .private_dns = index == 1 };

	if (index == 3) {
		endpoint.name = world_text(world, "vpce-svc-1");
		endpoint.type = ENDPOINT_CUSTOM;
	}
	if (index) {
		vec_push(&endpoint.addresses, address_of(index == 1   ? "10.0.1.40"
							 : index == 2 ? "10.0.1.41"
								      : "10.0.2.42"));
		vec_push(&endpoint.addresses, address_of(index == 1 ? "10.0.2.40" : "10.9.9.9"));
		vec_push(&endpoint.names, world_text(world, "vpce-%zu.sts.eu-west-1.vpce.amazonaws.com", index));
		vec_push(&endpoint.names, world_name(world, "*.vpce.amazonaws.com"));
	}
	if (index && world_chance(world, 80))
		vec_push(&endpoint.ports, (struct port_range){ 443, (uint16_t)(443 + world_below(world, 3)) });
	if (index && world_chance(world, 30))
		vec_push(&endpoint.ports, (struct port_range){ 80, 80 });
	if (world_chance(world, 30))
		endpoint.note = world_name(world, "its name does not resolve");
	vec_push(&assembly->endpoints, endpoint);
}

static inline void world_lists(struct world *world, struct assembly *assembly)
{
	static const char *const entries[] = { "52.218.0.0/17", "3.5.64.0/21", "3.5.72.0/23", "2600:1f00::/32" };
	struct assembled_list list = { .id = world_text(world, "pl-aaaa"), .given = true, .source = "lists.json" };
	struct assembled_list other = { .id = world_text(world, "pl-bbbb"), .given = true, .approximate = true };
	struct assembled_list none = { .id = world_text(world, "pl-none") };

	list.name = world_name(world, "com.amazonaws.eu-west-1.s3");
	other.date = world_name(world, "2026-08-22-11-57-05");
	for (size_t i = 0; i < 4; i++) {
		struct prefix prefix = block_of(entries[i]);
		prefix_set_add(&list.entries, &prefix);
	}
	struct prefix private = block_of("10.1.4.0/22"), overlap = block_of("52.218.96.0/20");
	prefix_set_add(&other.entries, &private);
	prefix_set_add(&other.entries, &overlap);
	prefix_set_normalize(&list.entries);
	prefix_set_normalize(&other.entries);
	vec_push(&assembly->lists, list);
	vec_push(&assembly->lists, other);
	vec_push(&assembly->lists, none);
}

static inline void world_assembly(struct world *world, size_t index)
{
	struct assembly *assembly = &world->assemblies[index];
	struct aws_subnet *subnet = &world->subnets[index];

	*assembly = (struct assembly){ .account = &world->account,
				       .selection = &world->selection,
				       .subnet = subnet,
				       .vpc = &world->vpc,
				       .table = &world->tables[index],
				       .several_hosts = true,
				       .amazon_dns = true,
				       .resolver = address_of("10.0.0.2") };
	vec_push(&assembly->cidrs, block_of("10.0.0.0/16"));
	vec_push(&assembly->cidrs, block_of("2600:1f18::/56"));
	for (size_t i = 0; i < WORLD_SUBNETS; i++)
		for (size_t j = 0; j < 2; j++)
			if (world_subnets[(index + i) % WORLD_SUBNETS][j])
				vec_push(&assembly->subnets, block_of(world_subnets[(index + i) % WORLD_SUBNETS][j]));
	world_lists(world, assembly);
	world_acl(world, index);
	world_routes(world, index);
	for (size_t i = 0; i < WORLD_ENDPOINTS; i++)
		if (world_chance(world, 75))
			world_endpoint(world, i, assembly);
}

// The groups are the same in every subnet.
static inline void world_groups(struct world *world, size_t index, uint64_t seed)
{
	uint64_t before = world->seed;

	world->seed = seed;
	for (size_t i = 0; i < 2; i++) {
		struct assembled_group group = { .group = &world->groups[i], .id = world_text(world, "sg-%zu", i + 1) };
		world_rules(world, &group.egress);
		world_rules(world, &group.ingress);
		vec_push(&world->assemblies[index].groups, group);
	}
	world->seed = before;
}

// ACLs between a subnet and the others: theirs, or none that was given.
static inline void world_far(struct world *world, size_t index)
{
	for (size_t i = 0; i < WORLD_SUBNETS; i++) {
		struct assembled_far_acl far = { .acl = world_chance(world, 90) ? &world->acls[i] : NULL,
						 .subnets = world_text(world, "subnet-%zu", i + 1) };

		if (i == index || world_chance(world, 40))
			continue;
		vec_for_each (block, &world->subnets[i].blocks)
			prefix_set_add(&far.blocks, block);
		// Where subnets are that no document gives, several may be.
		struct prefix elsewhere = block_of("10.0.3.0/24");
		if (world_chance(world, 30))
			prefix_set_add(&far.blocks, &elsewhere);
		prefix_set_normalize(&far.blocks);
		vec_push(&world->assemblies[index].far, far);
	}
}

static inline void world_make(struct world *world, uint64_t seed, const char *(*name)(struct world *world))
{
	*world = (struct world){ .seed = seed, .name = name };
	world->vpc.thing =
	    (struct aws_thing){ .id = world_text(world, "vpc-1"), .name = world_name(world, "research") };
	world->job.thing.id = world_name(world, "job");
	world->selection = (struct import_selection){ .job = &world->job, .region = "eu-west-1" };
	world->rule.id = world_name(world, "sgr-1");
	for (size_t i = 0; i < 2; i++) {
		world->groups[i].thing = (struct aws_thing){ .id = world_text(world, "sg-%zu", i + 1),
							     .name = world_name(world, "workers") };
		world->groups[i].description = world_name(world, "of the job");
	}
	for (size_t i = 0; i < WORLD_ENDPOINTS; i++)
		world->endpoints[i].thing =
		    (struct aws_thing){ .id = world_text(world, "vpce-%zu", i), .name = world_name(world, "endpoint") };
	for (size_t i = 0; i < WORLD_SUBNETS; i++) {
		struct aws_subnet *subnet = &world->subnets[i];
		subnet->thing = (struct aws_thing){ .id = world_text(world, "subnet-%zu", i + 1),
						    .name = world_name(world, "private") };
		subnet->vpc = world->vpc.thing.id;
		subnet->zone = world_name(world, "eu-west-1a");
		for (size_t j = 0; j < 2; j++)
			if (world_subnets[i][j])
				vec_push(&subnet->blocks, block_of(world_subnets[i][j]));
		world->tables[i].thing =
		    (struct aws_thing){ .id = world_text(world, "rtb-%zu", i + 1), .name = world_name(world, "table") };
	}
	world->interface.thing =
	    (struct aws_thing){ .id = world_text(world, "eni-1"), .name = world_name(world, "host") };
	vec_push(&world->account.files, world_name(world, "vpc.json"));
	vec_push(&world->selection.chosen, world_name(world, "subnet-1 is the only private one"));
	for (size_t i = 0; i < WORLD_SUBNETS; i++) {
		world_assembly(world, i);
		world_groups(world, i, seed + 1);
		world_far(world, i);
		vec_push(&world->assemblies[i].assumptions,
			 (struct assumption){ .missing = world_name(world, "the attributes of vpc-1"),
					      .assumed = world_name(world, "that DNS is on"),
					      .command =
						  world_name(world, "aws ec2 describe-vpc-attribute --vpc-id vpc-1") });
	}
}

// Hosts of a subnet that do not let the job in, from its address .first on.
static inline void world_close(struct world *world, struct assembly *assembly, const char *subnet, unsigned first,
			       unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		vec_push(&assembly->closed, (struct assembled_host){
						&world->interface, address_of(world_text(world, "%s.%u", subnet, i)) });
}

static inline void world_far_release(struct assembly *assembly)
{
	vec_for_each (far, &assembly->far)
		prefix_set_release(&far->blocks);
	vec_release(&assembly->far);
}

static inline void world_release_rules(assembled_rule_vec *rules)
{
	vec_for_each (rule, rules)
		vec_release(&rule->peers);
	vec_release(rules);
}

static inline void world_release(struct world *world)
{
	for (size_t i = 0; i < WORLD_SUBNETS; i++) {
		struct assembly *assembly = &world->assemblies[i];
		world_far_release(assembly);
		vec_release(&assembly->closed);
		vec_for_each (group, &assembly->groups) {
			world_release_rules(&group->egress);
			world_release_rules(&group->ingress);
		}
		vec_for_each (endpoint, &assembly->endpoints) {
			vec_release(&endpoint->addresses);
			vec_release(&endpoint->ports);
			vec_release(&endpoint->names);
		}
		vec_for_each (list, &assembly->lists)
			prefix_set_release(&list->entries);
		vec_release(&assembly->cidrs);
		vec_release(&assembly->subnets);
		vec_release(&assembly->groups);
		vec_release(&assembly->acls);
		vec_release(&assembly->routes);
		vec_release(&assembly->endpoints);
		vec_release(&assembly->lists);
		vec_release(&assembly->assumptions);
		vec_release(&world->subnets[i].blocks);
		vec_release(&world->acls[i].entries);
	}
	vec_release(&world->job.environment);
	vec_release(&world->account.files);
	vec_release(&world->selection.chosen);
	vec_for_each (text, &world->texts)
		free(*text);
	vec_release(&world->texts);
}

#endif
