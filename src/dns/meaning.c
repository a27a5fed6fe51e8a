// SPDX-License-Identifier: GPL-2.0-or-later
// Names looked up in what the profile says alone: see meaning.h.
#include "dns/meaning.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/number.h"
#include "base/strbuf.h"

static void add_address(struct prefix_set *set, const struct address *address)
{
	struct prefix prefix = prefix_of_address(address);

	prefix_set_add(set, &prefix);
}

static void list_address(struct strbuf *text, const struct address *address)
{
	char out[ADDRESS_TEXT_SIZE];

	strbuf_format(text, "%s%s", text->length ? ", " : "", address_print(address, out));
}

static void from_zone(const struct zone_name *known, struct name_meaning *out)
{
	AUTO_STRBUF struct strbuf list = { 0 };

	out->kind = NAME_ADDRESSES;
	vec_for_each (address, &known->addresses) {
		add_address(&out->addresses, address);
		list_address(&list, address);
	}
	out->how = memory_format("a name of the job's own, which resolves to %s", strbuf_text(&list));
}

// algo-1, algo-2, … number the job's hosts by addresses of which the job's own is known at the launch.
static bool is_job_host(const struct profile *profile, const char *name)
{
	static const char front[] = "algo-";
	uint64_t number;

	if (!profile->network.peers.count || strncmp(name, front, strlen(front)) != 0 ||
	    number_parse(name + strlen(front), profile->network.peers.count + 1, &number) < 0 || !number)
		return false;
	vec_for_each (host, &profile->hosts)
		if (strcasecmp(host->name, name) == 0)
			return false;
	return true;
}

static void from_job(const struct profile *profile, struct name_meaning *out)
{
	static const struct address own = { FAMILY_IPV4, 0x7f000001 };

	out->kind = NAME_ADDRESSES;
	vec_for_each (peer, &profile->network.peers)
		add_address(&out->addresses, &peer->address);
	add_address(&out->addresses, &own);
	out->how = memory_copy_text("one of the job's hosts; which of them, and which is the job itself, is known at "
				    "the launch");
}

static void from_gateway(const struct profile *profile, const struct forward_target *target, struct name_meaning *out)
{
	out->kind = NAME_WITHIN;
	prefix_set_copy(&out->addresses, target->within);
	vec_for_each (endpoint, &profile->endpoints) {
		const struct profile_prefix_list *list =
		    endpoint->prefix_list.text ? profile_find_prefix_list(profile, endpoint->prefix_list.text) : NULL;

		if (!out->how && list && prefix_set_equal(&list->entries, target->within))
			out->how = memory_format("a name of the gateway endpoint %s, whose addresses lie in %s",
						 endpoint->service.text, list->id);
	}
	if (!out->how)
		out->how = memory_copy_text("a name of a gateway endpoint, whose addresses lie in its prefix list");
}

static void find_nearest(const struct dns_rules *rules, const char *name, struct name_meaning *out)
{
	VEC(const char *) names = { 0 };

	vec_for_each (known, &rules->zone.names)
		if (!known->pointer && known->name[0] != '*')
			vec_push(&names, known->name);
	vec_for_each (gateway, &rules->forward.gateways)
		vec_for_each (pattern, &gateway->names)
			if ((*pattern)[0] != '*')
				vec_push(&names, *pattern);
	out->nearest = memory_copy_text(names_nearest(name, names.items, names.count));
	vec_release(&names);
}

static void from_resolver(const struct dns_rules *rules, const char *name, const struct forward_target *target,
			  struct name_meaning *out)
{
	AUTO_STRBUF struct strbuf list = { 0 };

	for (size_t i = 0; i < target->server_count; i++)
		list_address(&list, &target->servers[i]);
	out->kind = NAME_ANYWHERE;
	out->how = memory_format("asked of the VPC's resolver%s%s, whose answer the profile does not know",
				 list.length ? " " : "", strbuf_text(&list));
	find_nearest(rules, name, out);
}

static void nowhere(const struct profile *profile, const struct dns_rules *rules, bool resolver, const char *name,
		    struct name_meaning *out)
{
	if (resolver)
		out->how = memory_copy_text("no name of the profile: the job's resolver answers NXDOMAIN");
	else
		out->how =
		    memory_format("no name of the job's /etc/hosts, and it has no resolver (%s)",
				  profile->network.isolation == ISOLATION_FULL ? "isolation: full" : "dns: none");
	find_nearest(rules, name, out);
}

void name_meaning_find(const struct profile *profile, const struct dns_rules *rules, bool resolver, const char *name,
		       struct name_meaning *out)
{
	const struct zone_name *known = zone_find(&rules->zone, name);
	struct forward_target target;

	*out = (struct name_meaning){ .kind = NAME_NOWHERE };
	if (is_job_host(profile, name))
		from_job(profile, out);
	else if (known && !known->pointer)
		from_zone(known, out);
	else if (resolver && forward_find_gateway(&rules->forward, name, &target))
		from_gateway(profile, &target, out);
	else if (resolver && forward_find(&rules->forward, name, &target))
		from_resolver(rules, name, &target, out);
	else
		nowhere(profile, rules, resolver, name, out);
	prefix_set_normalize(&out->addresses);
}

void name_meaning_release(struct name_meaning *meaning)
{
	prefix_set_release(&meaning->addresses);
	free(meaning->how);
	free(meaning->nearest);
}
