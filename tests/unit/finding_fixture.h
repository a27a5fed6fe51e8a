// SPDX-License-Identifier: GPL-2.0-or-later
// An account and its assembly built by hand: a well-made one, which tests then spoil in one place.
//
// vpc-1 (10.0.0.0/16, eu-west-1) has subnet-a (10.0.1.0/24, eu-west-1a), the job's, and subnet-e (10.0.9.0/24) in the
// same zone with the interface endpoints; a gateway endpoint of S3; a job of two hosts.
#ifndef VPCJAIL_FINDING_FIXTURE_H
#define VPCJAIL_FINDING_FIXTURE_H

#include "parsed.h"
#include "test.h"

#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/assembly.h"

struct fixture {
	struct account account;
	struct import_request request;
	struct import_selection selection;
	struct assembly assembly;
	VEC(char *) texts;    // owned
	VEC(void *) buffers;  // the items of every vector that was grown here
};

// Rows are pointed to, so that vectors must not move: each has room for all rows that a test adds.
enum { FIXTURE_ROOM = 32 };
#define FIXTURE_PUSH(fixture, vec, ...)                                                                                \
	do {                                                                                                           \
		if (!(vec)->capacity) {                                                                                \
			(vec)->items = memory_new(FIXTURE_ROOM, sizeof(*(vec)->items));                                \
			(vec)->capacity = FIXTURE_ROOM;                                                                \
			vec_push(&(fixture)->buffers, (void *)(vec)->items);                                           \
		}                                                                                                      \
		assert_true((vec)->count < FIXTURE_ROOM);                                                              \
		vec_push(vec, __VA_ARGS__);                                                                            \
	} while (0)

static inline char *keep(struct fixture *fixture, char *text)
{
	if (text)
		vec_push(&fixture->texts, text);
	return text;
}

static inline char *say(struct fixture *fixture, const char *text)
{
	return keep(fixture, memory_copy_text(text));
}

static inline struct aws_thing thing(struct fixture *fixture, const char *id, const char *name, const char *file)
{
	return (struct aws_thing){ say(fixture, id),
				   say(fixture, "eu-west-1"),
				   say(fixture, name),
				   { file, (unsigned)fixture->texts.count, 7 } };
}

static inline struct aws_match all_traffic(void)
{
	return (struct aws_match){ .protocol = PROTOCOL_ALL, .all_ports = true, .icmp_type = -1, .icmp_code = -1 };
}

static inline struct aws_match ports(int protocol, uint16_t first, uint16_t last)
{
	return (struct aws_match){ .protocol = protocol, .ports = { first, last }, .icmp_type = -1, .icmp_code = -1 };
}

// A rule of the assembled group: peer is a CIDR block, an address, a list's id, "self", or NULL: nobody is known.
static inline struct assembled_rule *add_rule(struct fixture *fixture, struct assembled_group *group, bool egress,
					      struct aws_match match, const char *peer)
{
	static const struct aws_group_rule raw = { .at = { "groups.json", 30, 9 } };
	assembled_rule_vec *rules = egress ? &group->egress : &group->ingress;
	struct assembled_rule rule = { .match = match, .rule = &raw };

	if (peer)
		FIXTURE_PUSH(fixture, &rule.peers, (struct assembled_peer){ say(fixture, peer), NULL });
	FIXTURE_PUSH(fixture, rules, rule);
	return &rules->items[rules->count - 1];
}

static inline void add_entry(struct fixture *fixture, struct aws_network_acl *acl, long number, bool egress, bool allow,
			     const char *prefix, struct aws_match match)
{
	FIXTURE_PUSH(fixture, &acl->entries,
		     (struct aws_acl_entry){ number, egress, allow, block_of(prefix), match, { "acls.json", 5, 5 } });
}

static inline struct aws_subnet *add_subnet(struct fixture *fixture, const char *id, const char *zone,
					    const char *prefix)
{
	struct aws_subnet subnet = { .thing = thing(fixture, id, NULL, "subnets.json") };

	subnet.vpc = say(fixture, "vpc-1");
	subnet.zone = say(fixture, zone);
	FIXTURE_PUSH(fixture, &subnet.blocks, block_of(prefix));
	FIXTURE_PUSH(fixture, &fixture->account.subnets, subnet);
	return &fixture->account.subnets.items[fixture->account.subnets.count - 1];
}

static inline struct aws_route *add_route(struct fixture *fixture, const char *destination, enum aws_target target,
					  const char *target_id, enum route_target becomes)
{
	struct aws_route_table *table = fixture->account.route_tables.items;
	struct aws_route route = { .target = target, .at = { "routes.json", 20 + (unsigned)table->routes.count, 3 } };
	struct assembled_route assembled = { .target = becomes };

	route.is_list = strncmp(destination, "pl-", 3) == 0;
	if (route.is_list)
		route.list = say(fixture, destination);
	else
		route.prefix = block_of(destination);
	route.target_id = say(fixture, target_id);
	FIXTURE_PUSH(fixture, &table->routes, route);
	assembled.is_list = route.is_list;
	assembled.prefix = route.prefix;
	assembled.list = route.list;
	assembled.route = &table->routes.items[table->routes.count - 1];
	FIXTURE_PUSH(fixture, &fixture->assembly.routes, assembled);
	return &table->routes.items[table->routes.count - 1];
}

static inline struct aws_endpoint *add_account_endpoint(struct fixture *fixture, const char *id, const char *service,
							enum aws_endpoint_type type)
{
	struct aws_endpoint endpoint = { .thing = thing(fixture, id, NULL, "endpoints.json"), .type = type };

	endpoint.vpc = say(fixture, "vpc-1");
	endpoint.service = keep(fixture, memory_format("com.amazonaws.eu-west-1.%s", service));
	endpoint.available = true;
	FIXTURE_PUSH(fixture, &fixture->account.endpoints, endpoint);
	return &fixture->account.endpoints.items[fixture->account.endpoints.count - 1];
}

static inline struct assembled_endpoint *add_interface_endpoint(struct fixture *fixture, const char *service,
								const char *address)
{
	AUTO_FREE char *id = memory_format("vpce-%s", service);
	struct aws_endpoint *endpoint = add_account_endpoint(fixture, id, service, AWS_ENDPOINT_INTERFACE);
	struct assembled_endpoint assembled = { .endpoint = endpoint, .type = ENDPOINT_INTERFACE };

	endpoint->private_dns = KNOWN_YES;
	FIXTURE_PUSH(fixture, &endpoint->subnets, say(fixture, "subnet-e"));
	FIXTURE_PUSH(fixture, &endpoint->groups, say(fixture, "sg-endpoints"));
	assembled.service = say(fixture, service);
	assembled.private_dns = true;
	FIXTURE_PUSH(fixture, &assembled.addresses, address_of(address));
	FIXTURE_PUSH(fixture, &assembled.ports, (struct port_range){ 443, 443 });
	FIXTURE_PUSH(fixture, &fixture->assembly.endpoints, assembled);
	return &fixture->assembly.endpoints.items[fixture->assembly.endpoints.count - 1];
}

static inline void fixture_network(struct fixture *fixture)
{
	struct aws_vpc vpc = { .thing = thing(fixture, "vpc-1", "research", "vpcs.json"),
			       .dns_support = KNOWN_YES,
			       .dns_hostnames = KNOWN_YES };
	struct aws_route_table table = { .thing = thing(fixture, "rtb-1", "private", "routes.json") };
	struct assembly *assembly = &fixture->assembly;

	FIXTURE_PUSH(fixture, &vpc.blocks, block_of("10.0.0.0/16"));
	vpc.dhcp_options = say(fixture, "dopt-1");
	FIXTURE_PUSH(fixture, &fixture->account.vpcs, vpc);
	add_subnet(fixture, "subnet-a", "eu-west-1a", "10.0.1.0/24")->thing.name = say(fixture, "private-a");
	add_subnet(fixture, "subnet-e", "eu-west-1a", "10.0.9.0/24");
	table.vpc = say(fixture, "vpc-1");
	FIXTURE_PUSH(fixture, &table.subnets, say(fixture, "subnet-a"));
	FIXTURE_PUSH(fixture, &fixture->account.route_tables, table);
	assembly->subnet = fixture->account.subnets.items;
	assembly->vpc = fixture->account.vpcs.items;
	assembly->table = fixture->account.route_tables.items;
	FIXTURE_PUSH(fixture, &assembly->cidrs, block_of("10.0.0.0/16"));
	FIXTURE_PUSH(fixture, &assembly->subnets, block_of("10.0.1.0/24"));
	FIXTURE_PUSH(fixture, &assembly->subnets, block_of("10.0.9.0/24"));
	assembly->resolver = address_of("10.0.0.2");
	assembly->amazon_dns = true;
	add_route(fixture, "10.0.0.0/16", TARGET_LOCAL, "local", ROUTE_LOCAL);
}

static inline void fixture_groups(struct fixture *fixture)
{
	static const char *const ids[] = { "sg-job", "sg-endpoints" };
	struct assembled_group job = { 0 };

	for (size_t i = 0; i < 2; i++) {
		struct aws_security_group group = { .thing = thing(fixture, ids[i], i ? NULL : "train", "groups.json"),
						    .defined = true };

		group.vpc = say(fixture, "vpc-1");
		FIXTURE_PUSH(fixture, &fixture->account.groups, group);
	}
	job.group = fixture->account.groups.items;
	job.id = say(fixture, "sg-job");
	FIXTURE_PUSH(fixture, &fixture->assembly.groups, job);
	struct assembled_group *group = fixture->assembly.groups.items;
	add_rule(fixture, group, true, all_traffic(), "self");
	add_rule(fixture, group, true, ports(IPPROTO_TCP, 443, 443), "10.0.9.0/24");
	add_rule(fixture, group, true, ports(IPPROTO_TCP, 443, 443), "pl-s3");
	add_rule(fixture, group, false, all_traffic(), "self");
	FIXTURE_PUSH(fixture, &fixture->selection.groups, job.group);
}

static inline struct aws_network_acl *fixture_acl(struct fixture *fixture)
{
	struct aws_network_acl acl = { .thing = thing(fixture, "acl-1", NULL, "acls.json"), .is_default = true };
	struct assembled_acl assembled = { .own = true };

	acl.vpc = say(fixture, "vpc-1");
	FIXTURE_PUSH(fixture, &fixture->account.acls, acl);
	struct aws_network_acl *row = fixture->account.acls.items;
	for (int egress = 0; egress <= 1; egress++) {
		add_entry(fixture, row, 100, egress, true, "0.0.0.0/0", all_traffic());
		add_entry(fixture, row, 32767, egress, false, "0.0.0.0/0", all_traffic());
	}
	assembled.acl = row;
	assembled.id = say(fixture, "acl-1");
	FIXTURE_PUSH(fixture, &assembled.subnets, block_of("10.0.1.0/24"));
	FIXTURE_PUSH(fixture, &assembled.subnets, block_of("10.0.9.0/24"));
	FIXTURE_PUSH(fixture, &fixture->assembly.acls, assembled);
	return row;
}

static inline void fixture_endpoints(struct fixture *fixture)
{
	static const char *const services[] = { "sts",     "logs",          "monitoring",       "ecr.api",
						"ecr.dkr", "sagemaker.api", "sagemaker.runtime" };
	struct assembled_list list = { .given = true, .source = "lists.json" };
	struct assembled_endpoint s3 = { .type = ENDPOINT_GATEWAY };
	const struct prefix entry = block_of("52.218.0.0/17");

	list.id = say(fixture, "pl-s3");
	list.name = say(fixture, "com.amazonaws.eu-west-1.s3");
	prefix_set_add(&list.entries, &entry);
	prefix_set_normalize(&list.entries);
	FIXTURE_PUSH(fixture, &fixture->assembly.lists, list);
	struct aws_endpoint *gateway = add_account_endpoint(fixture, "vpce-s3", "s3", AWS_ENDPOINT_GATEWAY);
	FIXTURE_PUSH(fixture, &gateway->route_tables, say(fixture, "rtb-1"));
	s3.endpoint = gateway;
	s3.service = say(fixture, "s3");
	s3.list = list.id;
	FIXTURE_PUSH(fixture, &fixture->assembly.endpoints, s3);
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		AUTO_FREE char *address = memory_format("10.0.9.%zu", 40 + i);

		add_interface_endpoint(fixture, services[i], address);
	}
	add_route(fixture, "pl-s3", TARGET_ENDPOINT, "vpce-s3", ROUTE_GATEWAY_ENDPOINT);
}

static inline struct aws_job *fixture_job(struct fixture *fixture)
{
	struct aws_job job = { .thing = thing(fixture, "train-1", NULL, "job.json"), .has_vpc = true, .hosts = 2 };

	job.instance_type = say(fixture, "ml.g5.xlarge");
	job.source = say(fixture, "CreateTrainingJob");
	job.isolation = KNOWN_NO;
	FIXTURE_PUSH(fixture, &job.uris, say(fixture, "s3://sagemaker-eu-west-1-123456789012/data"));
	FIXTURE_PUSH(fixture, &fixture->account.jobs, job);
	fixture->selection.job = fixture->account.jobs.items;
	return fixture->account.jobs.items;
}

static inline void fixture_make(struct fixture *fixture)
{
	*fixture = (struct fixture){ 0 };
	fixture_network(fixture);
	fixture_groups(fixture);
	fixture_acl(fixture);
	fixture_endpoints(fixture);
	fixture_job(fixture);
	fixture->selection.region = "eu-west-1";
	FIXTURE_PUSH(fixture, &fixture->selection.subnets, fixture->assembly.subnet);
	fixture->assembly.account = &fixture->account;
	fixture->assembly.request = &fixture->request;
	fixture->assembly.selection = &fixture->selection;
	fixture->assembly.several_hosts = true;
}

static inline void fixture_release(struct fixture *fixture)
{
	vec_for_each (list, &fixture->assembly.lists)
		prefix_set_release(&list->entries);
	vec_for_each (buffer, &fixture->buffers)
		free(*buffer);
	vec_release(&fixture->buffers);
	vec_for_each (text, &fixture->texts)
		free(*text);
	vec_release(&fixture->texts);
}

#endif
