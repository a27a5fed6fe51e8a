// SPDX-License-Identifier: GPL-2.0-or-later
// What the fields of a statement must have to do with each other.
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "verify/attestation.h"

static const char *const namespace_kinds[] = { "net", "mnt", "pid", "ipc", "uts", "cgroup", "user" };
enum { KINDS = sizeof(namespace_kinds) / sizeof(namespace_kinds[0]) };

#define REFUSE(err, ...) error_set(err, -EBADMSG, "field " __VA_ARGS__)

static int check_times(const struct attestation *s, struct error *err)
{
	if (s->end < s->start)
		return REFUSE(err, "\"end\" is before \"start\"");
	for (size_t i = 0; i < s->updates.count; i++)
		if (s->updates.items[i].at < s->start || s->updates.items[i].at > s->end)
			return REFUSE(err, "\"updates[%zu].at\" is not between \"start\" and \"end\"", i);
	for (size_t i = 1; i < s->updates.count; i++)
		if (s->updates.items[i].at < s->updates.items[i - 1].at)
			return REFUSE(err, "\"updates[%zu].at\" is before the one above it", i);
	for (size_t i = 0; i < s->tampered.count; i++)
		if (s->tampered.items[i].at < s->start || s->tampered.items[i].at > s->end)
			return REFUSE(err, "\"tampered[%zu].at\" is not between \"start\" and \"end\"", i);
	return 0;
}

static int check_namespaces(const struct attestation *s, struct error *err)
{
	bool seen[KINDS] = { 0 };

	for (size_t i = 0; i < s->namespaces.count; i++) {
		const struct attestation_namespace *space = &s->namespaces.items[i];
		size_t kind = 0;

		while (kind < KINDS && strcmp(namespace_kinds[kind], space->kind) != 0)
			kind++;
		if (kind == KINDS || seen[kind])
			return REFUSE(err, "\"namespaces[%zu].kind\" is no kind, or there twice", i);
		seen[kind] = true;
		if (!space->inside || space->inside == space->outside)
			return REFUSE(err, "\"namespaces[%zu].inside\" is the host's, or none", i);
		if (!space->outside)
			return REFUSE(err, "\"namespaces[%zu].outside\" is none", i);
	}
	for (size_t kind = 0; kind < KINDS; kind++)
		if (!seen[kind])
			return REFUSE(err, "\"namespaces\" lacks the kind %s", namespace_kinds[kind]);
	return 0;
}

// What there is only with a link, or only on a subnet.
static int check_link(const struct attestation_link *link, struct error *err)
{
	const struct {
		const char *key, *value;
	} rows[] = {
		{ "inside", link->inside },
		{ "ipv4", link->own[0] },
		{ "ipv6", link->own[1] },
		{ "ipv4-gateway", link->gateways[0] },
		{ "ipv6-gateway", link->gateways[1] },
		{ "mac", link->mac },
		{ "device", link->device },
	};
	bool asks = ruleset_asks_neighbours((enum uplink)link->uplink);

	for (size_t i = 0; link->uplink == UPLINK_NONE && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value[0])
			return REFUSE(err, "\"link.%s\" is there, though there is no link", rows[i].key);
	if (link->uplink != UPLINK_NONE && !link->inside[0])
		return REFUSE(err, "\"link.inside\" is empty, though there is a link");
	if (link->uplink != UPLINK_NONE && !link->own[0][0] && !link->own[1][0])
		return REFUSE(err, "\"link.ipv4\" is empty, and so is \"link.ipv6\", though there is a link");
	if (asks != !!link->mac[0])
		return REFUSE(err, "\"link.mac\" does not go with \"link.uplink\"");
	if (!asks && !prefix_set_is_empty(&link->ask))
		return REFUSE(err, "\"link.ask\" does not go with \"link.uplink\"");
	return 0;
}

static int check_denials(const struct attestation *s, struct error *err)
{
	for (size_t i = 0; i < s->denials.count; i++) {
		const struct attestation_denial *denial = &s->denials.items[i];

		if (!denial->count)
			return REFUSE(err, "\"denials[%zu].count\" is 0", i);
		if (denial->policy > s->updates.count)
			return REFUSE(err, "\"denials[%zu].policy\" is none of \"updates\"", i);
		for (size_t j = 0; j < i; j++) {
			const struct attestation_denial *other = &s->denials.items[j];
			if (other->rule == denial->rule && other->policy == denial->policy &&
			    strcmp(other->layer, denial->layer) == 0)
				return REFUSE(err, "\"denials[%zu].rule\" is there twice", i);
		}
	}
	return 0;
}

// The kernel had at the end what was put there last, unless somebody else was there.
static int check_ruleset(const struct attestation *s, struct error *err)
{
	const struct attestation_update *last = s->updates.count ? &s->updates.items[s->updates.count - 1] : NULL;
	const char *meant = last ? last->read_back : s->ruleset.start;

	if (!s->tampered.count && s->tampered_beyond)
		return REFUSE(err, "\"tampered-beyond\" counts what \"tampered\" does not list");
	if (!s->tampered.count && strcmp(s->ruleset.end, meant) != 0)
		return REFUSE(err,
			      "\"ruleset.end\" is not what stood there before, and \"tampered\" has nobody who changed "
			      "it");
	return 0;
}

static int check_kind(const struct attestation *s, struct error *err)
{
	if (s->form != ATTESTATION_FORM)
		return REFUSE(err, "\"vpcjail-attestation\" is of a form that this vpcjail does not read");
	if (s->kind == ATTESTATION_RUN && s->probes.count)
		return REFUSE(err, "\"probes\" is not empty, though \"kind\" is run");
	if (s->kind == ATTESTATION_VERIFY && !s->probes.count)
		return REFUSE(err, "\"probes\" is empty, though \"kind\" is verify");
	return 0;
}

int attestation_check(const struct attestation *statement, struct error *err)
{
	int result = check_kind(statement, err);

	if (result == 0)
		result = check_times(statement, err);
	if (result == 0)
		result = check_namespaces(statement, err);
	if (result == 0)
		result = check_link(&statement->link, err);
	if (result == 0)
		result = check_denials(statement, err);
	return result == 0 ? check_ruleset(statement, err) : result;
}
