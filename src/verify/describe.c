// SPDX-License-Identifier: GPL-2.0-or-later
// What a launch knows, put into a statement: see describe.h.
#include "verify/describe.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/memory.h"

static const struct {
	const char *name, *version;
} libraries[] = {
	{ "libnftnl", ATTESTED_LIBNFTNL },
	{ "libmnl", ATTESTED_LIBMNL },
	{ "libnl", ATTESTED_LIBNL },
	{ "libseccomp", ATTESTED_LIBSECCOMP },
};

// A name of a file or a process may be anything; a statement has no control characters.
static char *safe_text(const char *text)
{
	struct strbuf safe = { 0 };

	strbuf_add_safe(&safe, text);
	return strbuf_steal(&safe);
}

static void describe_profile(const struct profile *profile, struct attestation *out)
{
	const struct profile_host *host = &profile->host;

	out->profile = safe_text(profile->name);
	attestation_digest_profile(profile, out->digest);
	prefix_set_copy(&out->host.own, &host->own);
	prefix_set_copy(&out->host.gateways, &host->gateways);
	prefix_set_copy(&out->host.nameservers, &host->nameservers);
	prefix_set_copy(&out->host.proxies, &host->proxies);
	if (!profile->vpc.subnets_of_host)
		return;
	vec_for_each (subnet, &profile->vpc.subnets)
		prefix_set_add(&out->host.subnets, &subnet->prefix);
	prefix_set_normalize(&out->host.subnets);
}

static char *address_text(const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];

	return memory_copy_text(address->family == FAMILY_NONE ? "" : address_print(address, text));
}

static char *own_text(const struct host_address *own)
{
	char text[ADDRESS_TEXT_SIZE];

	if (own->address.family == FAMILY_NONE)
		return memory_copy_text("");
	return memory_format("%s/%u", address_print(&own->address, text), own->length);
}

static void describe_link(const struct link_plan *link, struct attestation_link *out)
{
	struct ruleset_neighbours neighbours = { 0 };
	const uint8_t *mac = neighbours.mac;
	bool asks = ruleset_asks_neighbours(link->kind);

	out->uplink = link->kind;
	out->device = memory_copy_text(link->kind == UPLINK_NONE ? "" : link->device);
	out->inside = memory_copy_text(link->kind == UPLINK_NONE ? "" : link->inside);
	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		out->own[i] = own_text(&link->own[i]);
		out->gateways[i] = address_text(&link->gateways[i]);
	}
	if (asks)
		link_plan_neighbours(link, &neighbours);
	out->mac = asks ? memory_format("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5])
			: memory_copy_text("");
	prefix_set_copy(&out->ask, &neighbours.whom);
	ruleset_neighbours_release(&neighbours);
}

static void describe_host(const struct attested *attested, struct attestation *out)
{
	struct utsname host = { 0 };

	(void)uname(&host);
	out->release = memory_copy_text(host.release);
	out->machine = memory_copy_text(host.machine);
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		vec_push(&out->libraries,
			 (struct attestation_library){ .name = memory_copy_text(libraries[i].name),
						       .version = memory_copy_text(libraries[i].version) });
	for (size_t i = 0; i < ATTESTED_NAMESPACES && attested->namespaces[i].kind; i++)
		vec_push(&out->namespaces,
			 (struct attestation_namespace){ .kind = memory_copy_text(attested->namespaces[i].kind),
							 .inside = attested->namespaces[i].inside,
							 .outside = attested->namespaces[i].outside });
}

// Distinct destinations become rules.
static void add_denial(const struct event *denial, struct attestation *out)
{
	vec_for_each (known, &out->denials)
		if (known->rule == denial->rule && known->policy == denial->policy &&
		    strcmp(known->layer, denial->layer) == 0) {
			known->count += denial->count;
			return;
		}
	vec_push(&out->denials, (struct attestation_denial){ .layer = memory_copy_text(denial->layer),
							     .rule = denial->rule,
							     .policy = denial->policy,
							     .count = denial->count });
}

static void describe_denials(const struct launch_result *result, struct attestation *out)
{
	const struct record_end *end = &result->record.end;

	vec_for_each (event, &result->record.events)
		if (event->kind == EVENT_PACKET)
			add_denial(event, out);
		else if (event->kind == EVENT_NAME)
			out->names_refused += event->count;
	out->denials_beyond = end->overruns + end->beyond;
}

// A clock that was set back meanwhile.
static int64_t between(const struct attestation *out, int64_t at)
{
	return at < out->start ? out->start : at > out->end ? out->end : at;
}

static void describe_changes(const struct launch_result *result, struct attestation *out)
{
	vec_for_each (exchanged, &result->updates) {
		struct attestation_update update = { .at = between(out, exchanged->at) };
		memcpy(update.profile, exchanged->profile, sizeof(update.profile));
		memcpy(update.compiled, exchanged->compiled, sizeof(update.compiled));
		memcpy(update.read_back, exchanged->read_back, sizeof(update.read_back));
		prefix_set_copy(&update.ask, &exchanged->ask);
		vec_push(&out->updates, update);
	}
	vec_for_each (tampering, &result->tampered)
		vec_push(&out->tampered, (struct attestation_tamper){ .at = between(out, tampering->at),
								      .process = safe_text(tampering->process),
								      .what = safe_text(tampering->what) });
	out->tampered_beyond = result->tampered_beyond;
}

void attestation_describe(const struct launch_plan *plan, const struct profile *profile,
			  const struct launch_result *result, int status, struct attestation *out)
{
	const struct attested *attested = &result->attested;

	*out = (struct attestation){ .form = ATTESTATION_FORM, .kind = ATTESTATION_RUN };
	out->version = memory_copy_text(ATTESTED_VPCJAIL);
	out->start = attested->start;
	out->end = attested->end < attested->start ? attested->start : attested->end;
	out->status = (uint64_t)status;
	out->uid = plan->identity->uid;
	describe_profile(profile, out);
	describe_link(&plan->link, &out->link);
	attestation_digest_ruleset(plan->ruleset, out->ruleset.compiled);
	memcpy(out->ruleset.start, attested->rules_start, sizeof(out->ruleset.start));
	memcpy(out->ruleset.end, attested->rules_end, sizeof(out->ruleset.end));
	attestation_digest_filter(&plan->filter, out->filter);
	attestation_digest_command(&plan->command, out->command);
	describe_host(attested, out);
	describe_denials(result, out);
	describe_changes(result, out);
}
