// SPDX-License-Identifier: GPL-2.0-or-later
// Reads prefix lists of both commands that print them, and the entries that a third one prints without their list.
//
// Source: Amazon EC2 API Reference, PrefixList, ManagedPrefixList, GetManagedPrefixListEntries.
#include <stdlib.h>

#include "import/read/row_parts.h"

static void read_cidr(struct import_reader *reader, const json_t *list, size_t index, struct prefix_set *entries)
{
	const json_t *item = json_array_get(list, index);
	struct prefix prefix;
	struct error err;

	if (!json_is_string(item))
		import_item_error(reader, list, index, "write \"10.0.0.0/8\"", "this is not a block of addresses");
	else if (prefix_parse(json_string_value(item), &prefix, &err) < 0)
		import_item_error(reader, list, index, NULL, "%s", err.message);
	else
		prefix_set_add(entries, &prefix);
}

void read_prefix_list(struct import_reader *reader, const json_t *row)
{
	struct aws_prefix_list list = { 0 };
	const json_t *cidrs = member_list(reader, row, "Cidrs");

	row_head(reader, row, "PrefixListId", "PrefixListArn", "a prefix list", &list.thing);
	thing_named(&list.thing, member_copy(reader, row, "PrefixListName"));
	list.owner = member_copy(reader, row, "OwnerId");
	(void)member_number(reader, row, "MaxEntries", 0, INT32_MAX, &list.most);
	if (member_is(reader, row, "AddressFamily", "IPv4"))
		list.family = FAMILY_IPV4;
	else if (member_is(reader, row, "AddressFamily", "IPv6"))
		list.family = FAMILY_IPV6;
	if (!list.thing.region && list.thing.name)
		list.thing.region = region_of_service(list.thing.name);
	list.given = json_is_array(json_object_get(row, "Cidrs"));
	for (size_t i = 0; i < json_array_size(cidrs); i++)
		read_cidr(reader, cidrs, i, &list.entries);
	prefix_set_normalize(&list.entries);
	account_add(reader, &lists_kind, &list);
}

void read_prefix_list_entries(struct import_reader *reader, const json_t *document)
{
	struct aws_entries entries = { .at = reader->at, .more = member_text(reader, document, "NextToken") };
	struct prefix prefix;

	for_each_object (reader, member_list(reader, document, "Entries"), item) {
		entries.count++;
		if (member_prefix(reader, item, "Cidr", &prefix))
			prefix_set_add(&entries.entries, &prefix);
		else
			row_lacks(reader, item, "an entry", "Cidr");
	}
	prefix_set_normalize(&entries.entries);
	vec_push(&reader->account->entries, entries);
}
