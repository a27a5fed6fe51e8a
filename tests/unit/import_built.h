// SPDX-License-Identifier: GPL-2.0-or-later
// An account of one VPC, its assembly, and the parts of that as texts to compare.
#ifndef VPCJAIL_TEST_IMPORT_BUILT_H
#define VPCJAIL_TEST_IMPORT_BUILT_H

#include "import_fixture.h"

struct built {
	struct account account;
	struct import_request request;
	struct import_selection selection;
	struct assembly assembly;
	struct strbuf text;
};

static inline void built_release(struct built *built)
{
	assembly_release(&built->assembly);
	import_selection_release(&built->selection);
	account_release(&built->account);
	strbuf_release(&built->text);
}

#define BUILT CLEANUP(built_release) struct built

// vpc-1 with the job's subnet-a and its table, and the group sg-job. Every document was given.
static inline void usual(struct account *account)
{
	struct aws_vpc *vpc = add_vpc(account, "vpc-1", "10.0.0.0/16");

	vpc->dns_support = KNOWN_YES;
	vpc->dns_hostnames = KNOWN_YES;
	vpc->dhcp_options = memory_copy_text("dopt-1");
	vec_push(&account->dhcp_options,
		 (struct aws_dhcp_options){ .thing = thing_of("dopt-1", NULL), .amazon_dns = true });
	add_subnet(account, "subnet-a", "vpc-1", "10.0.1.0/24");
	add_route(add_table(account, "rtb-a", "vpc-1", "subnet-a"), "10.0.0.0/16", TARGET_LOCAL, "local");
	add_acl(account, "acl-1", "vpc-1", "subnet-a");
	add_group(account, "sg-job", "workers", "vpc-1");
	mark_given(account, "ec2 describe-vpc-endpoints");
	mark_given(account, "ec2 describe-network-interfaces");
}

// For subnet-a and sg-job, and further groups where words name them.
static inline const struct assembly *build(struct built *built, const char *groups)
{
	struct account *account = &built->account;
	struct mistakes mistakes = { 0 };

	account_settle(account, &mistakes);  // for its order: what it complains of is another test's
	mistakes_release(&mistakes);
	built->selection.region = REGION;
	vec_push(&built->selection.subnets, account_subnet(account, "subnet-a", NULL));
	for_each_word(word, groups ? groups : "sg-job")
	    vec_push(&built->selection.groups, account_group(account, word, NULL));
	assembly_build(account, &built->request, &built->selection, 0, &built->assembly);
	return &built->assembly;
}

static inline const char *rules_text(struct built *built, const assembled_rule_vec *rules)
{
	strbuf_clear(&built->text);
	vec_for_each (rule, rules) {
		strbuf_format(&built->text, "%d %u-%u:", rule->match.protocol, rule->match.ports.first,
			      rule->match.ports.last);
		vec_for_each (peer, &rule->peers)
			strbuf_format(&built->text, " %s%s%s%s", peer->text, peer->note ? " [" : "",
				      peer->note ? peer->note : "", peer->note ? "]" : "");
		strbuf_format(&built->text, " \"%s\"\n", rule->reason ? rule->reason : "(none)");
	}
	return strbuf_text(&built->text);
}

static inline const char *prefixes_text(struct built *built, const prefix_vec *prefixes)
{
	char out[PREFIX_TEXT_SIZE];

	strbuf_clear(&built->text);
	vec_for_each (prefix, prefixes)
		strbuf_format(&built->text, "%s%s", built->text.length ? " " : "", prefix_print(prefix, out));
	return strbuf_text(&built->text);
}

static inline const char *routes_text(struct built *built)
{
	static const char *const targets[] = { [ROUTE_LOCAL] = "local",
					       [ROUTE_GATEWAY_ENDPOINT] = "gateway-endpoint",
					       [ROUTE_BLACKHOLE] = "blackhole",
					       [ROUTE_PEERING] = "peering" };
	char out[PREFIX_TEXT_SIZE];

	strbuf_clear(&built->text);
	vec_for_each (route, &built->assembly.routes)
		strbuf_format(&built->text, "%s %s%s%s\n",
			      route->is_list ? route->list : prefix_print(&route->prefix, out), targets[route->target],
			      route->note ? " # " : "", route->note ? route->note : "");
	return strbuf_text(&built->text);
}

static inline const char *endpoints_text(struct built *built)
{
	static const char *const types[] = {
		[ENDPOINT_GATEWAY] = "gateway", [ENDPOINT_INTERFACE] = "interface", [ENDPOINT_CUSTOM] = "custom"
	};
	char address_out[ADDRESS_TEXT_SIZE], port_out[12];

	strbuf_clear(&built->text);
	vec_for_each (endpoint, &built->assembly.endpoints) {
		strbuf_format(&built->text, "%s %s %s%s", types[endpoint->type],
			      endpoint->service ? endpoint->service : "-", endpoint->name ? endpoint->name : "-",
			      endpoint->private_dns ? " private" : "");
		if (endpoint->list)
			strbuf_format(&built->text, " %s", endpoint->list);
		vec_for_each (address, &endpoint->addresses)
			strbuf_format(&built->text, " %s", address_print(address, address_out));
		vec_for_each (range, &endpoint->ports)
			strbuf_format(&built->text, " :%s", port_range_print(range, port_out));
		vec_for_each (name, &endpoint->names)
			strbuf_format(&built->text, " %s", *name);
		strbuf_format(&built->text, "%s%s\n", endpoint->note ? " # " : "",
			      endpoint->note ? endpoint->note : "");
	}
	return strbuf_text(&built->text);
}

static inline const char *acls_text(struct built *built)
{
	char out[PREFIX_TEXT_SIZE];

	strbuf_clear(&built->text);
	vec_for_each (acl, &built->assembly.acls) {
		strbuf_format(&built->text, "%s%s%s:", acl->id, acl->own ? " own" : "", acl->acl ? "" : " none");
		vec_for_each (subnet, &acl->subnets)
			strbuf_format(&built->text, " %s", prefix_print(subnet, out));
		strbuf_add_char(&built->text, '\n');
	}
	return strbuf_text(&built->text);
}

static inline const char *far_text(struct built *built)
{
	char out[PREFIX_TEXT_SIZE];

	strbuf_clear(&built->text);
	vec_for_each (far, &built->assembly.far) {
		prefix_vec blocks = { 0 };

		prefix_set_to_prefixes(&far->blocks, FAMILY_IPV4, &blocks);
		prefix_set_to_prefixes(&far->blocks, FAMILY_IPV6, &blocks);
		strbuf_format(&built->text, "%s of %s:", far->acl ? far->acl->thing.id : "none", far->subnets);
		vec_for_each (block, &blocks)
			strbuf_format(&built->text, " %s", prefix_print(block, out));
		strbuf_add_char(&built->text, '\n');
		vec_release(&blocks);
	}
	return strbuf_text(&built->text);
}

static inline const char *lists_text(struct built *built)
{
	char out[PREFIX_TEXT_SIZE];

	strbuf_clear(&built->text);
	vec_for_each (list, &built->assembly.lists) {
		prefix_vec blocks = { 0 };

		prefix_set_to_prefixes(&list->entries, FAMILY_IPV4, &blocks);
		prefix_set_to_prefixes(&list->entries, FAMILY_IPV6, &blocks);
		strbuf_format(&built->text, "%s %s%s%s %s %s:", list->id, list->name ? list->name : "-",
			      list->given ? " given" : "", list->approximate ? " approximate" : "",
			      list->source ? list->source : "-", list->date ? list->date : "-");
		vec_for_each (block, &blocks)
			strbuf_format(&built->text, " %s", prefix_print(block, out));
		strbuf_add_char(&built->text, '\n');
		vec_release(&blocks);
	}
	return strbuf_text(&built->text);
}

static inline const char *assumptions_text(struct built *built)
{
	strbuf_clear(&built->text);
	vec_for_each (assumption, &built->assembly.assumptions)
		strbuf_format(&built->text, "%s: %s. %s\n", assumption->missing, assumption->assumed,
			      assumption->command ? assumption->command : "-");
	return strbuf_text(&built->text);
}

#endif
