// SPDX-License-Identifier: GPL-2.0-or-later
// What the profile's words for a peer stand for.
#include "policy/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

int peer_error(const struct location *at, struct error *err, const char *format, ...)
{
	char message[ERROR_MESSAGE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	error_set(err, -EINVAL, "%s", message);
	if (at->line)
		error_prefix(err, "%s:%u:%u", at->file, at->line, at->column);
	return -EINVAL;
}

void peers_add(const struct profile *profile, struct prefix_set *set)
{
	vec_for_each (peer, &profile->network.peers) {
		struct prefix prefix = prefix_of_address(&peer->address);

		prefix_set_add(set, &prefix);
	}
}

void subnets_add(const struct profile *profile, struct prefix_set *set)
{
	vec_for_each (subnet, &profile->vpc.subnets)
		prefix_set_add(set, &subnet->prefix);
}

static int prefix_list_add(const struct profile *profile, const char *id, const struct location *at,
			   struct prefix_set *set, struct error *err)
{
	const struct profile_prefix_list *list = profile_find_prefix_list(profile, id);

	if (!list)
		return peer_error(at, err, "no prefix list %s under prefix-lists", id);
	prefix_set_add_set(set, &list->entries);
	return 0;
}

int peer_add(const struct profile *profile, const struct rule_peer *peer, struct policy_match *match, struct error *err)
{
	switch (peer->kind) {
	case PEER_CIDR:
		prefix_set_add(&match->remote, &peer->prefix);
		return 0;
	case PEER_PREFIX_LIST:
		return prefix_list_add(profile, peer->name, &peer->at, &match->remote, err);
	case PEER_SECURITY_GROUP:
		// Every group of the profile is attached to the job, so its members are the job's peers.
		if (!profile_find_security_group(profile, peer->name))
			return peer_error(&peer->at, err, "no security group %s under security-groups", peer->name);
		peers_add(profile, &match->remote);
		return 0;
	case PEER_SELF:
		peers_add(profile, &match->remote);
		return 0;
	case PEER_SUBNETS:
		subnets_add(profile, &match->remote);
		return 0;
	case PEER_ANY:
		match->any_remote = true;
		return 0;
	case PEER_ENDPOINT:
		break;  // has a protocol and ports of its own: see the security group layer
	}
	return peer_error(&peer->at, err, "an endpoint cannot stand here: %s", peer->name);
}

const char *endpoint_name(const struct profile_endpoint *endpoint)
{
	if (endpoint->name.text)
		return endpoint->name.text;
	if (endpoint->service.text)
		return endpoint->service.text;
	return endpoint->prefix_list.text ? endpoint->prefix_list.text : "(unnamed)";
}

int endpoint_add(const struct profile *profile, const struct profile_endpoint *endpoint, struct prefix_set *set,
		 struct error *err)
{
	if (endpoint->type == ENDPOINT_GATEWAY) {
		if (!endpoint->prefix_list.text)
			return peer_error(&endpoint->at, err, "gateway endpoint %s has no prefix-list",
					  endpoint_name(endpoint));
		return prefix_list_add(profile, endpoint->prefix_list.text, &endpoint->prefix_list.at, set, err);
	}
	vec_for_each (address, &endpoint->addresses) {
		struct prefix prefix = prefix_of_address(&address->address);

		prefix_set_add(set, &prefix);
	}
	return 0;
}

int endpoint_ports(const struct profile_endpoint *endpoint, struct policy_match *match, struct error *err)
{
	bool ported = endpoint->protocol == IPPROTO_TCP || endpoint->protocol == IPPROTO_UDP;

	// An empty list means nothing; a match without ports would mean all of them.
	if (ported && endpoint->ports.count == 0)
		return peer_error(&endpoint->at, err, "endpoint %s has no ports", endpoint_name(endpoint));
	match->protocol = endpoint->protocol;
	if (ported) {
		vec_for_each (port, &endpoint->ports)
			vec_push(&match->ports, port->range);
	}
	return 0;
}

// The last word of a service's name: "com.amazonaws.eu-west-1.s3" is known as s3.
static const char *short_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

void peer_describe(const struct profile *profile, const struct rule_peer *peer, struct strbuf *out)
{
	const struct profile_prefix_list *list;
	char text[PREFIX_TEXT_SIZE];

	switch (peer->kind) {
	case PEER_CIDR:
		strbuf_add(out, prefix_print(&peer->prefix, text));
		return;
	case PEER_PREFIX_LIST:
		list = profile_find_prefix_list(profile, peer->name);
		strbuf_add(out, peer->name);
		if (list && list->name.text)
			strbuf_format(out, " (%s)", short_name(list->name.text));
		return;
	case PEER_ENDPOINT:
		strbuf_format(out, "endpoint %s", peer->name);
		return;
	case PEER_SECURITY_GROUP:
		strbuf_format(out, "security group %s (the job's peers)", peer->name);
		return;
	case PEER_SELF:
		strbuf_add(out, "the job's peers");
		return;
	case PEER_SUBNETS:
		strbuf_add(out, "the VPC's subnets");
		return;
	case PEER_ANY:
		strbuf_add(out, "any address");
		return;
	}
}
