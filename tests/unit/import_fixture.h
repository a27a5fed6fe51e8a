// SPDX-License-Identifier: GPL-2.0-or-later
// Accounts for tests of the selection and the assembly, a line a row. Texts with several parts have blanks between
// them.
#ifndef VPCJAIL_TEST_IMPORT_FIXTURE_H
#define VPCJAIL_TEST_IMPORT_FIXTURE_H

#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/assembly.h"
#include "import/read/forms.h"
#include "parsed.h"
#include "test.h"

#define REGION "eu-west-1"

// The words of a text, one at a time; word holds one.
#define for_each_word(word, text)                                                                                      \
	for (const char *word##_at = (text); word##_at && *word##_at;)                                                 \
		for (char *word = next_word(&word##_at); word; free(word), word = NULL)

static char *next_word(const char **at)
{
	size_t length = strcspn(*at, " ");
	char *word = memory_copy_bytes(*at, length);

	*at += length + strspn(*at + length, " ");
	return word;
}

static inline void add_ids(id_vec *ids, const char *words)
{
	for_each_word(word, words) vec_push(ids, memory_copy_text(word));
}

static inline void add_blocks(prefix_vec *blocks, const char *words)
{
	for_each_word(word, words) vec_push(blocks, block_of(word));
}

static inline struct aws_thing thing_of(const char *id, const char *region)
{
	return (struct aws_thing){ .id = memory_copy_text(id), .region = memory_copy_text(region) };
}

// The last of a row's kind.
#define LAST(rows) (&(rows).items[(rows).count - 1])

static inline struct aws_vpc *add_vpc(struct account *account, const char *id, const char *blocks)
{
	vec_push(&account->vpcs, (struct aws_vpc){ .thing = thing_of(id, NULL) });
	add_blocks(&LAST(account->vpcs)->blocks, blocks);
	return LAST(account->vpcs);
}

static inline struct aws_subnet *add_subnet(struct account *account, const char *id, const char *vpc,
					    const char *blocks)
{
	vec_push(&account->subnets, (struct aws_subnet){ .thing = thing_of(id, REGION), .vpc = memory_copy_text(vpc) });
	add_blocks(&LAST(account->subnets)->blocks, blocks);
	return LAST(account->subnets);
}

// Explicit for the subnets; none: the VPC's main one.
static inline struct aws_route_table *add_table(struct account *account, const char *id, const char *vpc,
						const char *subnets)
{
	vec_push(
	    &account->route_tables,
	    (struct aws_route_table){ .thing = thing_of(id, NULL), .vpc = memory_copy_text(vpc), .main = !subnets });
	add_ids(&LAST(account->route_tables)->subnets, subnets);
	return LAST(account->route_tables);
}

static inline struct aws_route *add_route(struct aws_route_table *table, const char *destination,
					  enum aws_target target, const char *target_id)
{
	struct aws_route route = { .target = target, .target_id = memory_copy_text(target_id) };

	route.is_list = strncmp(destination, "pl-", 3) == 0;
	if (route.is_list)
		route.list = memory_copy_text(destination);
	else
		route.prefix = block_of(destination);
	vec_push(&table->routes, route);
	return LAST(table->routes);
}

static inline struct aws_security_group *add_group(struct account *account, const char *id, const char *name,
						   const char *vpc)
{
	vec_push(&account->groups, (struct aws_security_group){
				       .thing = thing_of(id, NULL), .vpc = memory_copy_text(vpc), .defined = true });
	LAST(account->groups)->thing.name = memory_copy_text(name);
	return LAST(account->groups);
}

static inline struct aws_match match_all(void)
{
	return (struct aws_match){ .protocol = PROTOCOL_ALL, .all_ports = true, .icmp_type = -1, .icmp_code = -1 };
}

static inline struct aws_match match_tcp(uint16_t first, uint16_t last)
{
	return (
	    struct aws_match){ .protocol = IPPROTO_TCP, .ports = { first, last }, .icmp_type = -1, .icmp_code = -1 };
}

// Peers: blocks, pl-…, sg-….
static inline struct aws_group_rule *add_rule(struct aws_security_group *group, bool egress, struct aws_match match,
					      const char *peers)
{
	struct aws_group_rule rule = { .egress = egress, .match = match };

	for_each_word(word, peers)
	{
		struct aws_peer peer = { .kind = AWS_PEER_CIDR };

		if (strncmp(word, "pl-", 3) == 0 || strncmp(word, "sg-", 3) == 0) {
			peer.kind = *word == 'p' ? AWS_PEER_PREFIX_LIST : AWS_PEER_GROUP;
			peer.id = memory_copy_text(word);
		} else {
			peer.prefix = block_of(word);
		}
		vec_push(&rule.peers, peer);
	}
	vec_push(&group->rules, rule);
	return LAST(group->rules);
}

static inline struct aws_interface *add_interface(struct account *account, const char *id, const char *vpc,
						  const char *subnet, const char *groups, const char *addresses)
{
	vec_push(&account->interfaces, (struct aws_interface){ .thing = thing_of(id, REGION),
							       .vpc = memory_copy_text(vpc),
							       .subnet = memory_copy_text(subnet) });
	add_ids(&LAST(account->interfaces)->groups, groups);
	for_each_word(word, addresses) vec_push(&LAST(account->interfaces)->addresses, address_of(word));
	return LAST(account->interfaces);
}

static inline struct aws_prefix_list *add_list(struct account *account, const char *id, const char *name,
					       const char *entries)
{
	struct aws_prefix_list list = { .thing = thing_of(id, REGION), .given = entries };

	list.thing.name = memory_copy_text(name);
	for_each_word(word, entries)
	{
		struct prefix prefix = block_of(word);

		prefix_set_add(&list.entries, &prefix);
	}
	prefix_set_normalize(&list.entries);
	vec_push(&account->lists, list);
	return LAST(account->lists);
}

static inline struct aws_endpoint *add_gateway(struct account *account, const char *id, const char *vpc,
					       const char *service, const char *tables)
{
	vec_push(&account->endpoints, (struct aws_endpoint){ .thing = thing_of(id, REGION),
							     .vpc = memory_copy_text(vpc),
							     .type = AWS_ENDPOINT_GATEWAY,
							     .service = memory_copy_text(service),
							     .available = true });
	add_ids(&LAST(account->endpoints)->route_tables, tables);
	return LAST(account->endpoints);
}

static inline struct aws_endpoint *add_endpoint(struct account *account, const char *id, const char *vpc,
						const char *service, const char *interfaces, const char *groups)
{
	struct aws_endpoint *endpoint = add_gateway(account, id, vpc, service, NULL);

	endpoint->type = AWS_ENDPOINT_INTERFACE;
	add_ids(&endpoint->interfaces, interfaces);
	add_ids(&endpoint->groups, groups);
	return endpoint;
}

static inline struct aws_network_acl *add_acl(struct account *account, const char *id, const char *vpc,
					      const char *subnets)
{
	vec_push(&account->acls, (struct aws_network_acl){ .thing = thing_of(id, NULL), .vpc = memory_copy_text(vpc) });
	add_ids(&LAST(account->acls)->subnets, subnets);
	return LAST(account->acls);
}

static inline struct aws_job *add_job(struct account *account, const char *name, const char *file, const char *subnets,
				      const char *groups)
{
	struct aws_job job = { .thing = thing_of(name, NULL), .has_vpc = subnets };
	struct location at = { account_file(account, file), 1, 1 };

	job.thing.at = at;
	for_each_word(word, subnets)
	    vec_push(&job.subnets, (struct aws_job_id){ memory_copy_text(word), { at.file, 2, 5 } });
	for_each_word(word, groups)
	    vec_push(&job.groups, (struct aws_job_id){ memory_copy_text(word), { at.file, 3, 5 } });
	vec_push(&account->jobs, job);
	return LAST(account->jobs);
}

// As if a document of the command had been read.
static inline void mark_given(struct account *account, const char *command)
{
	for (size_t i = 0; i < import_form_count; i++)
		if (strcmp(import_forms[i].command, command) == 0)
			account->seen[i]++;
}

#endif
