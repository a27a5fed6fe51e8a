// SPDX-License-Identifier: GPL-2.0-or-later
// Prints what a resolver knows: see print.h.
#include "dns/print.h"

// Calls visit for each pattern that is forwarded, with who is asked.
static void visit_forwarded(const struct forward_rules *rules,
			    void (*visit)(void *data, const char *before, const char *pattern,
					  const struct address *servers, size_t count),
			    void *data)
{
	size_t resolvers = rules->resolver.family != FAMILY_NONE;

	if (rules->everything) {
		visit(data, "", "*", &rules->resolver, resolvers);
		return;
	}
	vec_for_each (domain, &rules->domains)
		visit(data, "*.", *domain, &rules->resolver, resolvers);
	vec_for_each (gateway, &rules->gateways)
		vec_for_each (name, &gateway->names)
			visit(data, "", *name, rules->nameservers.items, rules->nameservers.count);
}

static void add_addresses(const struct address *addresses, size_t count, struct strbuf *out)
{
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		strbuf_format(out, " %s", address_print(&addresses[i], text));
}

static void add_forwarded(void *data, const char *before, const char *pattern, const struct address *servers,
			  size_t count)
{
	struct strbuf *out = data;

	strbuf_format(out, "     %s%s  # asked of", before, pattern);
	if (count)
		add_addresses(servers, count, out);
	else
		strbuf_add(out, " nobody: this host has no name server");
	strbuf_add_char(out, '\n');
}

void dns_rules_print(const struct dns_rules *rules, struct strbuf *out)
{
	vec_for_each (name, &rules->zone.names) {
		if (name->pointer)
			continue;
		strbuf_add(out, "     ");
		strbuf_add_safe(out, name->name);
		strbuf_add_char(out, ' ');
		add_addresses(name->addresses.items, name->addresses.count, out);
		strbuf_add_char(out, '\n');
	}
	visit_forwarded(&rules->forward, add_forwarded, out);
}

static void json_addresses(const struct address *addresses, size_t count, struct json *json)
{
	char text[ADDRESS_TEXT_SIZE];

	json_array_begin(json);
	for (size_t i = 0; i < count; i++)
		json_text(json, address_print(&addresses[i], text));
	json_array_end(json);
}

static void json_forwarded(void *data, const char *before, const char *pattern, const struct address *servers,
			   size_t count)
{
	struct json *json = data;
	char *name = memory_format("%s%s", before, pattern);

	json_object_begin(json);
	json_key_text(json, "name", name);
	json_key(json, "to");
	json_addresses(servers, count, json);
	json_object_end(json);
	free(name);
}

void dns_rules_print_json(const struct dns_rules *rules, struct json *json)
{
	json_object_begin(json);
	json_key(json, "answered");
	json_object_begin(json);
	vec_for_each (name, &rules->zone.names)
		if (!name->pointer) {
			json_key(json, name->name);
			json_addresses(name->addresses.items, name->addresses.count, json);
		}
	json_object_end(json);
	json_key(json, "forwarded");
	json_array_begin(json);
	visit_forwarded(&rules->forward, json_forwarded, json);
	json_array_end(json);
	json_object_end(json);
}
