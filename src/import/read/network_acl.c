// SPDX-License-Identifier: GPL-2.0-or-later
// Reads network ACLs. Source: Amazon EC2 API Reference, NetworkAcl, NetworkAclEntry.
#include <string.h>

#include "import/read/row_parts.h"

enum { IMPLICIT_IPV6 = 32768 };  // the highest number: the implicit denial of IPv6

// Whether the entry is one that can be evaluated; else mistakes were added.
static bool read_head(struct import_reader *reader, const json_t *item, struct aws_acl_entry *entry)
{
	const char *action = member_text(reader, item, "RuleAction");
	enum known egress = member_known(reader, item, "Egress");

	entry->egress = egress == KNOWN_YES;
	entry->allow = action && strcmp(action, "allow") == 0;
	if (egress == KNOWN_NOT)
		row_lacks(reader, item, "an entry", "Egress");
	else if (!member_number(reader, item, "RuleNumber", 1, IMPLICIT_IPV6, &entry->number))
		row_lacks(reader, item, "an entry", "RuleNumber");
	else if (!action)
		row_lacks(reader, item, "an entry", "RuleAction");
	else if (strcmp(action, "allow") != 0 && strcmp(action, "deny") != 0)
		import_error(reader, item, "RuleAction", "it is allow or deny", "\"%.80s\" is no action", action);
	else if (!member_prefix(reader, item, "CidrBlock", &entry->prefix) &&
		 !member_prefix(reader, item, "Ipv6CidrBlock", &entry->prefix))
		row_lacks(reader, item, "an entry", "CidrBlock", "Ipv6CidrBlock");
	else
		return true;
	return false;
}

static void read_entry(struct import_reader *reader, const json_t *item, struct aws_network_acl *acl)
{
	struct aws_acl_entry entry = { .at = import_place(reader, item, NULL) };

	if (!read_head(reader, item, &entry))
		return;
	read_acl_match(reader, item, &entry.match);
	vec_push(&acl->entries, entry);
}

void read_network_acl(struct import_reader *reader, const json_t *row)
{
	struct aws_network_acl acl = { 0 };

	row_head(reader, row, "NetworkAclId", NULL, "a network ACL", &acl.thing);
	acl.vpc = member_required(reader, row, "VpcId", "a network ACL");
	acl.is_default = member_known(reader, row, "IsDefault") == KNOWN_YES;
	member_texts(reader, row, "Associations", "SubnetId", &acl.subnets);
	for_each_object (reader, member_list(reader, row, "Entries"), item)
		read_entry(reader, item, &acl);
	vec_fit(&acl.entries);
	account_add(reader, &acls_kind, &acl);
}
