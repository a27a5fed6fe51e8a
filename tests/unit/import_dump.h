// SPDX-License-Identifier: GPL-2.0-or-later
// An account as text, a line each fact, and readers called with a text: for tests of import.
#ifndef VPCJAIL_TEST_IMPORT_DUMP_H
#define VPCJAIL_TEST_IMPORT_DUMP_H

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "import/account/account.h"
#include "import/read/reader.h"

typedef void (*row_reader)(struct import_reader *reader, const json_t *row);

// What one test reads into.
struct subject {
	struct account account;
	struct mistakes mistakes;
};

static inline void subject_release(struct subject *subject)
{
	account_release(&subject->account);
	mistakes_release(&subject->mistakes);
}

// The text has ' for ".
static inline void subject_read(struct subject *subject, row_reader read, const char *file, const char *text)
{
	AUTO_FREE char *json = memory_copy_text(text);

	for (char *c = json; *c; c++)
		if (*c == '\'')
			*c = '"';
	json_error_t err;
	json_t *root = json_loads(json, 0, &err);
	if (!root)
		fail_msg("%s: %s at %d:%d", text, err.text, err.line, err.column);
	const char *name = account_file(&subject->account, file);
	struct import_reader reader = { .account = &subject->account,
					.mistakes = &subject->mistakes,
					.file = name,
					.text = json,
					.length = strlen(json),
					.at = { name, 1, 1 },
					.root = root };
	read(&reader, root);
	json_decref(root);
}

static inline void dump_thing(struct strbuf *out, const char *what, const struct aws_thing *thing)
{
	strbuf_format(out, "%s %s", what, thing->id);
	if (thing->region)
		strbuf_format(out, " in %s", thing->region);
	if (thing->name)
		strbuf_format(out, " named \"%s\"", thing->name);
}

static inline void dump_text(struct strbuf *out, const char *key, const char *text)
{
	if (text)
		strbuf_format(out, " %s=%s", key, text);
}

static inline void dump_texts(struct strbuf *out, const char *key, const id_vec *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		if (i == 0)
			strbuf_format(out, " %s=", key);
		strbuf_format(out, "%s%s", i ? "," : "", texts->items[i]);
	}
}

static inline void dump_prefixes(struct strbuf *out, const prefix_vec *prefixes)
{
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (prefix, prefixes)
		strbuf_format(out, " %s", prefix_print(prefix, text));
}

static inline void dump_set(struct strbuf *out, const struct prefix_set *set)
{
	prefix_vec prefixes = { 0 };

	prefix_set_to_prefixes(set, FAMILY_IPV4, &prefixes);
	prefix_set_to_prefixes(set, FAMILY_IPV6, &prefixes);
	dump_prefixes(out, &prefixes);
	vec_release(&prefixes);
}

static inline void dump_known(struct strbuf *out, const char *key, enum known known)
{
	if (known != KNOWN_NOT)
		strbuf_format(out, " %s=%s", key, known == KNOWN_YES ? "yes" : "no");
}

static inline void dump_match(struct strbuf *out, const struct aws_match *match)
{
	char text[12];

	strbuf_format(out, " %s", protocol_print(match->protocol, text));
	if (match->nothing)
		strbuf_add(out, " nothing");
	else if (match->icmp_type >= 0 || match->icmp_code >= 0)
		strbuf_format(out, " type %d code %d", match->icmp_type, match->icmp_code);
	else if (!match->all_ports)
		strbuf_format(out, " %s", port_range_print(&match->ports, text));
}

static inline void dump_peer(struct strbuf *out, const struct aws_peer *peer)
{
	char text[PREFIX_TEXT_SIZE];

	strbuf_format(out, "    %s", peer->kind == AWS_PEER_CIDR ? prefix_print(&peer->prefix, text) : peer->id);
	dump_text(out, "vpc", peer->vpc);
	dump_text(out, "peering", peer->peering);
	dump_text(out, "status", peer->status);
	if (peer->description)
		strbuf_format(out, " \"%s\"", peer->description);
	strbuf_format(out, " @%u:%u\n", peer->at.line, peer->at.column);
}

static inline void dump_groups(struct strbuf *out, const struct account *account)
{
	vec_for_each (group, &account->groups) {
		dump_thing(out, group->defined ? "group" : "rules of group", &group->thing);
		dump_text(out, "vpc", group->vpc);
		if (group->description)
			strbuf_format(out, " \"%s\"", group->description);
		strbuf_add(out, "\n");
		vec_for_each (rule, &group->rules) {
			strbuf_add(out, rule->egress ? "  egress" : "  ingress");
			dump_match(out, &rule->match);
			dump_text(out, "id", rule->id);
			strbuf_add(out, "\n");
			vec_for_each (peer, &rule->peers)
				dump_peer(out, peer);
		}
	}
}

static inline void dump_route_tables(struct strbuf *out, const struct account *account)
{
	static const char *const targets[] = {
		[TARGET_LOCAL] = "local",
		[TARGET_ENDPOINT] = "endpoint",
		[TARGET_INTERNET_GATEWAY] = "internet gateway",
		[TARGET_EGRESS_ONLY_GATEWAY] = "egress-only gateway",
		[TARGET_NAT_GATEWAY] = "NAT gateway",
		[TARGET_PEERING] = "peering",
		[TARGET_TRANSIT_GATEWAY] = "transit gateway",
		[TARGET_VPN_GATEWAY] = "VPN gateway",
		[TARGET_INTERFACE] = "interface",
		[TARGET_OTHER] = "other",
	};
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (table, &account->route_tables) {
		dump_thing(out, table->main ? "main route table" : "route table", &table->thing);
		dump_text(out, "vpc", table->vpc);
		dump_texts(out, "subnets", &table->subnets);
		dump_texts(out, "unsettled", &table->unsettled);
		strbuf_add(out, "\n");
		vec_for_each (route, &table->routes)
			strbuf_format(out, "  %s -> %s %s%s @%u:%u\n",
				      route->is_list ? route->list : prefix_print(&route->prefix, text),
				      targets[route->target], route->target_id ? route->target_id : "-",
				      route->blackhole ? " blackhole" : "", route->at.line, route->at.column);
	}
}

static inline void dump_acls(struct strbuf *out, const struct account *account)
{
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (acl, &account->acls) {
		dump_thing(out, acl->is_default ? "default ACL" : "ACL", &acl->thing);
		dump_text(out, "vpc", acl->vpc);
		dump_texts(out, "subnets", &acl->subnets);
		strbuf_add(out, "\n");
		vec_for_each (entry, &acl->entries) {
			strbuf_format(out, "  %s %ld %s %s", entry->egress ? "egress" : "ingress", entry->number,
				      entry->allow ? "allow" : "deny", prefix_print(&entry->prefix, text));
			dump_match(out, &entry->match);
			strbuf_format(out, " @%u:%u\n", entry->at.line, entry->at.column);
		}
	}
}

static inline void dump_endpoints(struct strbuf *out, const struct account *account)
{
	static const char *const types[] = { "gateway", "interface", "other" };

	vec_for_each (endpoint, &account->endpoints) {
		dump_thing(out, "endpoint", &endpoint->thing);
		strbuf_format(out, " %s%s", types[endpoint->type], endpoint->available ? "" : " unavailable");
		dump_text(out, "type", endpoint->type_name);
		dump_text(out, "vpc", endpoint->vpc);
		dump_text(out, "service", endpoint->service);
		dump_texts(out, "tables", &endpoint->route_tables);
		dump_texts(out, "subnets", &endpoint->subnets);
		dump_texts(out, "groups", &endpoint->groups);
		dump_texts(out, "interfaces", &endpoint->interfaces);
		dump_known(out, "private-dns", endpoint->private_dns);
		dump_texts(out, "names", &endpoint->names);
		strbuf_add(out, "\n");
	}
}

static inline void dump_interfaces(struct strbuf *out, const struct account *account)
{
	char text[ADDRESS_TEXT_SIZE];

	vec_for_each (interface, &account->interfaces) {
		dump_thing(out, "interface", &interface->thing);
		dump_text(out, "vpc", interface->vpc);
		dump_text(out, "subnet", interface->subnet);
		dump_texts(out, "groups", &interface->groups);
		vec_for_each (address, &interface->addresses)
			strbuf_format(out, " %s", address_print(address, text));
		if (interface->has_public)
			strbuf_add(out, " public");
		dump_text(out, "instance", interface->instance);
		dump_text(out, "kind", interface->kind);
		if (interface->description)
			strbuf_format(out, " \"%s\"", interface->description);
		strbuf_add(out, "\n");
	}
}

static inline void dump_lists(struct strbuf *out, const struct account *account)
{
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (list, &account->lists) {
		dump_thing(out, "list", &list->thing);
		dump_text(out, "owner", list->owner);
		strbuf_add(out, list->given ? ":" : " without entries");
		dump_set(out, &list->entries);
		strbuf_add(out, "\n");
	}
	vec_for_each (entries, &account->entries) {
		strbuf_add(out, entries->used ? "entries used:" : "entries:");
		dump_set(out, &entries->entries);
		strbuf_add(out, "\n");
	}
	vec_for_each (options, &account->dhcp_options) {
		dump_thing(out, "dhcp", &options->thing);
		if (options->amazon_dns)
			strbuf_add(out, " amazon");
		vec_for_each (server, &options->servers)
			strbuf_format(out, " %s", address_print(server, text));
		dump_texts(out, "domains", &options->domains);
		strbuf_add(out, "\n");
	}
	vec_for_each (peering, &account->peerings) {
		dump_thing(out, peering->active ? "peering" : "inactive peering", &peering->thing);
		for (size_t i = 0; i < 2; i++) {
			strbuf_format(out, "%s %s", i ? " with" : "", peering->vpcs[i] ? peering->vpcs[i] : "-");
			dump_prefixes(out, &peering->blocks[i]);
		}
		strbuf_add(out, "\n");
	}
}

static inline void dump_account(struct strbuf *out, const struct account *account)
{
	vec_for_each (vpc, &account->vpcs) {
		dump_thing(out, "vpc", &vpc->thing);
		dump_prefixes(out, &vpc->blocks);
		dump_text(out, "dhcp", vpc->dhcp_options);
		dump_known(out, "support", vpc->dns_support);
		dump_known(out, "hostnames", vpc->dns_hostnames);
		strbuf_add(out, "\n");
	}
	vec_for_each (subnet, &account->subnets) {
		dump_thing(out, "subnet", &subnet->thing);
		dump_text(out, "vpc", subnet->vpc);
		dump_text(out, "zone", subnet->zone);
		dump_prefixes(out, &subnet->blocks);
		dump_known(out, "public", subnet->public_addresses);
		strbuf_add(out, "\n");
	}
	dump_route_tables(out, account);
	dump_groups(out, account);
	dump_acls(out, account);
	dump_endpoints(out, account);
	dump_interfaces(out, account);
	dump_lists(out, account);
}

// What was read, then what was complained of.
static inline void assert_subject(const struct subject *subject, const char *account, const char *mistakes)
{
	AUTO_STRBUF struct strbuf rows = { 0 }, complaints = { 0 };

	dump_account(&rows, &subject->account);
	mistakes_format(&subject->mistakes, &complaints);
	assert_string_equal(strbuf_text(&rows), account);
	assert_string_equal(strbuf_text(&complaints), mistakes);
}

struct reading {
	const char *name;
	row_reader read;
	const char *text;      // as subject_read takes it
	const char *account;   // as dump_account has it
	const char *mistakes;  // as mistakes_format has them
};

static inline void check_readings(const struct reading *readings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct subject subject CLEANUP(subject_release) = { 0 };
		print_message("%s\n", readings[i].name);
		subject_read(&subject, readings[i].read, "f.json", readings[i].text);
		assert_subject(&subject, readings[i].account, readings[i].mistakes);
	}
}

#endif
