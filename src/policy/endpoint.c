// SPDX-License-Identifier: GPL-2.0-or-later
// What an endpoint carries: a gateway TCP and ICMP echo, an interface its own ports. Everything else passes.
//
// A custom endpoint is a host of the profile's own, which carries what the other layers let through.
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/layer.h"
#include "policy/peer.h"

static const struct {
	int protocol;
	int icmp_type;
} gateway_rows[] = {
	{ IPPROTO_TCP, -1 },
	{ IPPROTO_ICMP, 8 },      // echo request
	{ IPPROTO_ICMPV6, 128 },  // likewise
};

// All addresses of one type of endpoint; *first is the place of the first of them.
static int endpoints_add(const struct profile *profile, enum endpoint_type type, struct prefix_set *set,
			 const struct location **first, struct error *err)
{
	vec_for_each (endpoint, &profile->endpoints) {
		int result;

		if (endpoint->type != type)
			continue;
		result = endpoint_add(profile, endpoint, set, err);
		if (result)
			return result;
		if (!*first)
			*first = &endpoint->at;
	}
	prefix_set_normalize(set);
	return 0;
}

static bool ports_equal(const struct policy_match *a, const struct policy_match *b)
{
	return a->protocol == b->protocol && a->ports.count == b->ports.count &&
	       (a->ports.count == 0 ||
		memcmp(a->ports.items, b->ports.items, a->ports.count * sizeof(*a->ports.items)) == 0);
}

// What an interface endpoint carries, without its addresses; released by the caller also on failure.
static int interface_ports(const struct profile_endpoint *endpoint, struct policy_match *match, struct error *err)
{
	int result;

	*match = match_of(PROTOCOL_ALL);
	result = endpoint_ports(endpoint, match, err);
	port_ranges_normalize(&match->ports);
	return result;
}

// Adds to match the addresses of every interface endpoint that carries the same, and their names to names.
// *earlier: one of them comes before `endpoint`, so that its rule is there already.
static int interface_gather(const struct profile *profile, const struct profile_endpoint *endpoint,
			    struct policy_match *match, struct strbuf *names, bool *earlier, struct error *err)
{
	*earlier = false;
	vec_for_each (other, &profile->endpoints) {
		CLEANUP(match_release) struct policy_match ports = { 0 };
		int result;

		if (other->type != ENDPOINT_INTERFACE)
			continue;
		result = interface_ports(other, &ports, err);
		if (result == 0 && ports_equal(&ports, match)) {
			*earlier |= other < endpoint;
			strbuf_format(names, "%s%s", names->length ? ", " : "", endpoint_name(other));
			result = endpoint_add(profile, other, &match->remote, err);
		}
		if (result)
			return result;
	}
	return 0;
}

// One rule for all interface endpoints of the same protocol and ports, at the first of them.
static int interface_rule(const struct profile *profile, const struct profile_endpoint *endpoint,
			  struct layer_draft *draft, struct error *err)
{
	CLEANUP(match_release) struct policy_match match = { 0 };
	AUTO_STRBUF struct strbuf names = { 0 }, ports = { 0 };
	bool earlier;
	int result = interface_ports(endpoint, &match, err);

	if (result == 0)
		result = interface_gather(profile, endpoint, &match, &names, &earlier, err);
	if (result || earlier)
		return result;
	match_describe(&match, &ports);
	layer_add(draft, VERDICT_PASS, &match, &endpoint->at, "interface endpoint %s carries %s", strbuf_text(&names),
		  strbuf_text(&ports));
	return 0;
}

static void gateway_rules(const struct prefix_set *gateways, const struct location *at, struct layer_draft *draft)
{
	for (size_t i = 0; i < sizeof(gateway_rows) / sizeof(gateway_rows[0]); i++) {
		struct policy_match match = match_of(gateway_rows[i].protocol);

		match.icmp_type = gateway_rows[i].icmp_type;
		prefix_set_add_set(&match.remote, gateways);
		layer_add(draft, VERDICT_PASS, &match, at, "a gateway endpoint carries TCP and ICMP echo");
	}
}

static void endpoint_denial(const struct prefix_set *addresses, const struct location *at, struct layer_draft *draft,
			    const char *reason)
{
	struct policy_match match = match_of(PROTOCOL_ALL);

	prefix_set_add_set(&match.remote, addresses);
	layer_add(draft, VERDICT_DENY, &match, at, "%s", reason);
}

// Endpoints answer and never open a conversation, so the ingress layer has denials only.
int endpoint_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	CLEANUP(prefix_set_release) struct prefix_set gateways = { 0 }, interfaces = { 0 };
	const struct location *gateway_at = NULL, *interface_at = NULL;
	bool leaving = draft->direction == EGRESS;
	int result;

	draft->layer.stateful = true;
	result = endpoints_add(profile, ENDPOINT_GATEWAY, &gateways, &gateway_at, err);
	if (result == 0)
		result = endpoints_add(profile, ENDPOINT_INTERFACE, &interfaces, &interface_at, err);
	if (result)
		return result;
	if (leaving) {
		vec_for_each (endpoint, &profile->endpoints) {
			if (endpoint->type != ENDPOINT_INTERFACE)
				continue;
			result = interface_rule(profile, endpoint, draft, err);
			if (result)
				return result;
		}
		gateway_rules(&gateways, gateway_at, draft);
	}
	endpoint_denial(&interfaces, interface_at, draft,
			leaving ? "an interface endpoint carries its own ports only"
				: "an interface endpoint answers, it opens no connections");
	endpoint_denial(&gateways, gateway_at, draft,
			leaving ? "a gateway endpoint carries TCP and ICMP echo only"
				: "a gateway endpoint answers, it opens no connections");
	layer_close(draft, VERDICT_PASS, NULL, "not an endpoint's address");
	return 0;
}
