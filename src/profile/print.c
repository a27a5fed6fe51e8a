// SPDX-License-Identifier: GPL-2.0-or-later
// The resolved profile as text: see print.h. The rows of the key table say what is written.
#include "profile/print.h"

#include "profile/kind.h"

static struct node *write_profile(const struct profile *profile)
{
	struct node *document = node_new(NODE_MAPPING);
	AUTO_NODE struct node *body = table_write(&profile_keys, "", profile);

	node_set(document, "vpcjail", node_number("1"));
	vec_for_each (member, &body->members)
		node_set(document, member->key, STEAL(member->value));
	return document;
}

void profile_print(const struct profile *profile, struct strbuf *out)
{
	AUTO_NODE struct node *document = write_profile(profile);

	node_print_yaml(document, out);
}

void profile_print_json(const struct profile *profile, struct strbuf *out)
{
	AUTO_NODE struct node *document = write_profile(profile);

	node_print_json(document, out);
}

void profile_add_json(const struct profile *profile, struct json *json)
{
	AUTO_NODE struct node *document = write_profile(profile);

	node_add_json(document, json);
}
