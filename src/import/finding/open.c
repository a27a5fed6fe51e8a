// SPDX-License-Identifier: GPL-2.0-or-later
// Groups that let everybody in: a finding a group, and the command that takes its open rules away.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "import/finding/parts.h"

enum { OPEN_LENGTH = 1 };

// Blocks of the rule from which everybody, or half of everybody, comes in.
static void open_blocks(const struct assembled_rule *rule, prefix_vec *out)
{
	vec_for_each (peer, &rule->peers) {
		struct prefix prefix;

		if (!rule->match.nothing && prefix_parse(peer->text, &prefix, NULL) == 0 &&
		    prefix.length <= OPEN_LENGTH)
			vec_push(out, prefix);
	}
}

// FromPort and ToPort as AWS has them: of ICMP the type and the code, of other protocols without ports none.
static void add_ports(struct strbuf *out, const struct aws_match *match)
{
	switch (match->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		strbuf_format(out, ",FromPort=%u,ToPort=%u", match->all_ports ? 0 : match->ports.first,
			      match->all_ports ? UINT16_MAX : match->ports.last);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		strbuf_format(out, ",FromPort=%d,ToPort=%d", match->icmp_type, match->icmp_code);
		break;
	default:
		break;
	}
}

// "IpProtocol=6,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]"; a protocol may be given by its number.
static char *permission(const struct assembled_rule *rule, const prefix_vec *blocks)
{
	static const struct {
		enum family family;
		const char *ranges, *member;
	} rows[] = { { FAMILY_IPV4, "IpRanges", "CidrIp" }, { FAMILY_IPV6, "Ipv6Ranges", "CidrIpv6" } };
	struct strbuf out = { 0 };

	strbuf_format(&out, "IpProtocol=%d", rule->match.protocol == PROTOCOL_ALL ? -1 : rule->match.protocol);
	add_ports(&out, &rule->match);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[PREFIX_TEXT_SIZE];
		bool begun = false;

		vec_for_each (block, blocks) {
			if (block->base.family != rows[i].family)
				continue;
			if (!begun)
				strbuf_format(&out, ",%s=[", rows[i].ranges);
			strbuf_format(&out, "%s{%s=%s}", begun ? "," : "", rows[i].member, prefix_print(block, text));
			begun = true;
		}
		strbuf_add(&out, begun ? "]" : "");
	}
	return strbuf_steal(&out);
}

// "tcp 22 from 0.0.0.0/0, ::/0".
static void say_rule(struct said_list *list, const struct assembled_rule *rule, const prefix_vec *blocks)
{
	AUTO_FREE char *what = match_words(&rule->match);
	struct strbuf *out = said_next(list);
	char text[PREFIX_TEXT_SIZE];

	if (!out)
		return;
	strbuf_format(out, "%s from", what);
	vec_for_each (block, blocks)
		strbuf_format(out, "%s %s", block == blocks->items ? "" : ",", prefix_print(block, text));
	if (rule->match.protocol == PROTOCOL_ALL)
		strbuf_add(out, ", every protocol and port");
}

static void blocks_release(prefix_vec *blocks)
{
	vec_release(blocks);
}

static void find_open_rules(struct finder *finder, const struct assembled_group *group)
{
	CLEANUP(words_release) id_vec permissions = { 0 };
	CLEANUP(said_release) struct said_list rules = { 0 };
	const struct location *at = NULL;

	vec_for_each (rule, &group->ingress) {
		CLEANUP(blocks_release) prefix_vec blocks = { 0 };

		open_blocks(rule, &blocks);
		if (!blocks.count)
			continue;
		if (!at && rule->rule)
			at = &rule->rule->at;
		say_rule(&rules, rule, &blocks);
		vec_push(&permissions, permission(rule, &blocks));
	}
	if (!permissions.count)
		return;
	AUTO_FREE char *title = thing_title(&group->group->thing);
	const struct finding_about about = { group->group->thing.id, at, .arguments = &permissions };

	finding_add(finder, &about, "%s lets everybody in: %s", title, said_text(&rules));
}

void find_open_groups(struct finder *finder)
{
	vec_for_each (group, &finder->assembly->groups)
		find_open_rules(finder, group);
}
