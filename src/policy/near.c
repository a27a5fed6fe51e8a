// SPDX-License-Identifier: GPL-2.0-or-later
// The rules that came near: what they lack, and how far their addresses are.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "policy/explain.h"
#include "policy/layer.h"

enum { NEAR_RULES = 3, NEAR_LACKS = 2 };

static bool is_ported(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// The CIDR block at one end of a range: the last block of one that ends before the address, the first of one that
// begins behind it.
static struct prefix block_at(const struct address_range *range, bool last)
{
	CLEANUP(prefix_set_release) struct prefix_set set = { 0 };
	prefix_vec blocks = { 0 };
	struct prefix block;

	prefix_set_add_range(&set, range);
	prefix_set_normalize(&set);
	prefix_set_to_prefixes(&set, range->first.family, &blocks);
	block = blocks.items[last ? blocks.count - 1 : 0];
	vec_release(&blocks);
	return block;
}

// The range of the family nearest to the address, which is in none of them.
static void find_nearest(const struct prefix_set *set, const struct address *address, struct near_rule *near)
{
	size_t count;
	const struct address_range *ranges = prefix_set_ranges(set, address->family, &count);
	size_t behind = 0;

	while (behind < count && ranges[behind].first.bits < address->bits)
		behind++;
	near->distance = ~(address_bits)0;
	if (behind < count) {
		near->distance = ranges[behind].first.bits - address->bits;
		near->nearest = block_at(&ranges[behind], false);
	}
	if (behind && address->bits - ranges[behind - 1].last.bits < near->distance) {
		near->distance = address->bits - ranges[behind - 1].last.bits;
		near->nearest = block_at(&ranges[behind - 1], true);
	}
}

static unsigned lacks_traffic(const struct policy_match *match, const struct flow *flow)
{
	bool typed = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;

	if (match->protocol != PROTOCOL_ALL && match->protocol != flow->protocol)
		return LACKS_PROTOCOL;
	if (match->ports.count &&
	    !(is_ported(flow->protocol) && port_ranges_contain(&match->ports, flow->destination_port)))
		return LACKS_PORT;
	if ((match->icmp_type >= 0 && !(typed && flow->icmp_type == match->icmp_type)) ||
	    (match->icmp_code >= 0 && !(typed && flow->icmp_code == match->icmp_code)))
		return LACKS_TYPE;
	return 0;
}

static struct near_rule compare_rule(const struct policy_rule *rule, const struct flow *flow)
{
	const struct policy_match *match = &rule->match;
	struct near_rule near = { .rule = rule, .lacks = lacks_traffic(match, flow) };

	if (!match->any_remote && !prefix_set_contains(&match->remote, &flow->remote)) {
		near.lacks |= LACKS_REMOTE;
		find_nearest(&match->remote, &flow->remote, &near);
	}
	return near;
}

static int lack_count(const struct near_rule *near)
{
	return __builtin_popcount(near->lacks);
}

static bool is_nearer(const struct near_rule *a, const struct near_rule *b)
{
	if (lack_count(a) != lack_count(b))
		return lack_count(a) < lack_count(b);
	return a->distance < b->distance;
}

// Whether the nearest block is of another part of the address space: then the rule is about something else. (The
// first 8 bits of IPv4 and 32 of IPv6 are about what one network has.)
static bool is_far(const struct near_rule *near, const struct flow *flow)
{
	unsigned shift = flow->remote.family == FAMILY_IPV4 ? 24 : 96;

	if (!(near->lacks & LACKS_REMOTE))
		return false;
	return near->nearest.base.family == FAMILY_NONE ||
	       near->nearest.base.bits >> shift != flow->remote.bits >> shift;
}

static void insert(near_rule_vec *list, const struct near_rule *near)
{
	vec_push(list, *near);
	for (size_t i = list->count - 1; i && is_nearer(&list->items[i], &list->items[i - 1]); i--) {
		struct near_rule other = list->items[i - 1];
		list->items[i - 1] = list->items[i];
		list->items[i] = other;
	}
	if (list->count > NEAR_RULES)
		list->count = NEAR_RULES;
}

// Of a layer the last rule only closes it; what the packet layer lets pass says nothing of the rest, nor does one
// service of another.
static bool counts(const struct policy_layer *layer, const struct near_rule *near)
{
	if (layer->kind == LAYER_PACKET || near->rule->verdict == VERDICT_DENY)
		return false;
	return lack_count(near) <= NEAR_LACKS && !(layer->kind == LAYER_SERVICE && near->lacks & LACKS_REMOTE);
}

void near_rules_find(const struct policy_layer *layer, const struct flow *flow, near_rule_vec *out)
{
	for (size_t i = 0; i + 1 < layer->rules.count; i++) {
		struct near_rule near = compare_rule(&layer->rules.items[i], flow);

		if (counts(layer, &near))
			insert(out, &near);
	}
	while (out->count && lack_count(&out->items[out->count - 1]) > lack_count(&out->items[0]))
		out->count--;
	while (out->count && !is_far(&out->items[0], flow) && is_far(&out->items[out->count - 1], flow))
		out->count--;
}

static const char *family_name(enum family family)
{
	return family == FAMILY_IPV4 ? "IPv4" : "IPv6";
}

static void describe_remote(const struct near_rule *near, const struct flow *flow, struct strbuf *out)
{
	char text[PREFIX_TEXT_SIZE];

	if (near->nearest.base.family == FAMILY_NONE && near->rule->match.remote.ranges.count == 0) {
		strbuf_add(out, "no address is in it");
	} else if (near->nearest.base.family == FAMILY_NONE) {
		strbuf_format(out, "no %s address is in it", family_name(flow->remote.family));
	} else {
		strbuf_format(out, "%s is not in it; ", address_print(&flow->remote, text));
		strbuf_format(out, "nearest is %s", prefix_print(&near->nearest, text));
	}
}

void near_rule_describe(const struct near_rule *near, const struct flow *flow, const struct policy_rule *decided,
			struct strbuf *out)
{
	char text[12];

	if (!near->lacks)
		strbuf_format(out, "would let it pass, but rule %u comes first", decided->number);
	if (near->lacks & LACKS_PROTOCOL)
		strbuf_format(out, "not for %s", protocol_print(flow->protocol, text));
	if (near->lacks & LACKS_PORT)
		strbuf_format(out, "not for port %u", flow->destination_port);
	if (near->lacks & LACKS_TYPE)
		strbuf_format(out, "not for type %u code %u", flow->icmp_type, flow->icmp_code);
	if (near->lacks & LACKS_REMOTE) {
		strbuf_add(out, near->lacks & ~(unsigned)LACKS_REMOTE ? ", and " : "");
		describe_remote(near, flow, out);
	}
}
