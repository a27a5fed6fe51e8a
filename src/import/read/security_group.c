// SPDX-License-Identifier: GPL-2.0-or-later
// Reads security groups, and rules of them that are listed by themselves.
//
// Source: Amazon EC2 API Reference, SecurityGroup, IpPermission, SecurityGroupRule.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/read/row_parts.h"

// A list of peers within an IpPermission, and the member of each that says who it is.
static const struct peer_form {
	const char *list, *member;
	enum aws_peer_kind kind;
} peer_forms[] = {
	{ "IpRanges", "CidrIp", AWS_PEER_CIDR },
	{ "Ipv6Ranges", "CidrIpv6", AWS_PEER_CIDR },
	{ "PrefixListIds", "PrefixListId", AWS_PEER_PREFIX_LIST },
	{ "UserIdGroupPairs", "GroupId", AWS_PEER_GROUP },
};

// The same of a SecurityGroupRule, which has one peer; list is the member that holds a group.
static const struct peer_form rule_forms[] = {
	{ NULL, "CidrIpv4", AWS_PEER_CIDR },
	{ NULL, "CidrIpv6", AWS_PEER_CIDR },
	{ NULL, "PrefixListId", AWS_PEER_PREFIX_LIST },
	{ "ReferencedGroupInfo", "GroupId", AWS_PEER_GROUP },
};

enum { PEER_FORMS = sizeof(peer_forms) / sizeof(peer_forms[0]) };

// Whether the member was there and made sense; if it was there and did not, a mistake says so.
static bool read_peer(struct import_reader *reader, const json_t *item, const struct peer_form *form,
		      struct aws_peer *peer)
{
	*peer = (struct aws_peer){ .kind = form->kind };
	if (form->kind == AWS_PEER_CIDR) {
		if (!member_prefix(reader, item, form->member, &peer->prefix))
			return false;
	} else {
		peer->id = member_copy(reader, item, form->member);
		if (!peer->id)
			return false;
	}
	if (form->kind == AWS_PEER_GROUP) {
		peer->vpc = member_copy(reader, item, "VpcId");
		peer->peering = member_copy(reader, item, "VpcPeeringConnectionId");
		peer->status = member_copy(reader, item, "PeeringStatus");
	}
	peer->at = import_place(reader, item, form->member);
	return true;
}

static void read_permission(struct import_reader *reader, const json_t *item, bool egress,
			    struct aws_security_group *group)
{
	struct aws_group_rule rule = { .egress = egress, .at = import_place(reader, item, NULL) };
	struct aws_peer peer;

	read_group_match(reader, item, &rule.match);
	for (size_t i = 0; i < PEER_FORMS; i++) {
		const struct peer_form *form = &peer_forms[i];
		for_each_object (reader, member_list(reader, item, form->list), entry) {
			if (read_peer(reader, entry, form, &peer)) {
				peer.description = member_copy(reader, entry, "Description");
				vec_push(&rule.peers, peer);
			} else {
				row_lacks(reader, entry, "a peer", form->member);
			}
		}
	}
	vec_fit(&rule.peers);
	vec_push(&group->rules, rule);
}

void read_security_group(struct import_reader *reader, const json_t *row)
{
	struct aws_security_group group = { .defined = true };

	row_head(reader, row, "GroupId", "SecurityGroupArn", "a security group", &group.thing);
	thing_named(&group.thing, member_copy(reader, row, "GroupName"));
	group.vpc = member_copy(reader, row, "VpcId");
	group.description = member_copy(reader, row, "Description");
	for (int egress = 1; egress >= 0; egress--) {
		const json_t *rules = member_list(reader, row, egress ? "IpPermissionsEgress" : "IpPermissions");
		group.given[egress] = rules;
		for_each_object (reader, rules, item)
			read_permission(reader, item, egress, &group);
	}
	vec_fit(&group.rules);
	account_add(reader, &groups_kind, &group);
}

// Exactly one of the four members is the peer. Whether it is: else a mistake was added.
static bool read_only_peer(struct import_reader *reader, const json_t *row, struct aws_peer *peer)
{
	for (size_t i = 0; i < PEER_FORMS; i++) {
		const struct peer_form *form = &rule_forms[i];
		const json_t *holder = form->list ? member_object(reader, row, form->list) : row;
		if (holder && read_peer(reader, holder, form, peer))
			return true;
		if (holder && holder != row)
			row_lacks(reader, holder, form->list, form->member);
	}
	row_lacks(reader, row, "a rule", "CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo");
	return false;
}

void read_security_group_rule(struct import_reader *reader, const json_t *row)
{
	struct aws_security_group group = { 0 };
	struct aws_group_rule rule = { .at = import_place(reader, row, NULL) };
	struct aws_peer peer;
	enum known egress = member_known(reader, row, "IsEgress");

	if (egress == KNOWN_NOT) {
		row_lacks(reader, row, "a rule", "IsEgress");
		return;
	}
	if (!read_only_peer(reader, row, &peer))
		return;
	row_head(reader, row, "GroupId", "SecurityGroupRuleArn", "a security group's rule", &group.thing);
	thing_named(&group.thing, NULL);  // its tags are the rule's
	peer.description = member_copy(reader, row, "Description");
	rule.egress = egress == KNOWN_YES;
	rule.id = member_copy(reader, row, "SecurityGroupRuleId");
	read_group_match(reader, row, &rule.match);
	vec_push(&rule.peers, peer);
	vec_fit(&rule.peers);
	vec_push(&group.rules, rule);
	vec_fit(&group.rules);
	account_add(reader, &groups_kind, &group);
}
