// SPDX-License-Identifier: GPL-2.0-or-later
// Words of the command line that stand where an id of a subnet should: see import_ids.h.
#include "cmd/import_ids.h"

#include <string.h>

#include "base/cleanup.h"
#include "cmd/output.h"
#include "import/account/words.h"

enum { SUBNETS_LISTED = 12 };

static const struct {
	const char *begins, *what;
} kinds[] = {
	{ "rtb-", "a route table" },   { "vpc-", "a VPC" },
	{ "sg-", "a security group" }, { "acl-", "a network ACL" },
	{ "vpce-", "a VPC endpoint" }, { "eni-", "a network interface" },
	{ "pl-", "a prefix list" },    { "igw-", "an internet gateway" },
	{ "nat-", "a NAT gateway" },
};

// What the word is, if no subnet's id; NULL: it may be one.
static const char *other_thing(const char *word)
{
	struct prefix block;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(word, kinds[i].begins, strlen(kinds[i].begins)) == 0)
			return kinds[i].what;
	return prefix_parse(word, &block, NULL) == 0 ? "a block of addresses" : NULL;
}

static void list_subnets(const struct account *account, struct strbuf *out)
{
	size_t listed = 0;
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (subnet, &account->subnets) {
		if (listed++ >= SUBNETS_LISTED)
			continue;
		strbuf_add(out, listed > 1 ? ", --subnet " : ": --subnet ");
		command_add_word(out, subnet->thing.id);
		if (subnet->blocks.count)
			strbuf_format(out, " (%s)", prefix_print(&subnet->blocks.items[0], text));
	}
	if (listed > SUBNETS_LISTED)
		strbuf_format(out, " and %zu more", listed - SUBNETS_LISTED);
}

enum status import_check_subnets(const struct import_request *request, const struct account *account)
{
	vec_for_each (id, &request->subnets) {
		CLEANUP(strbuf_release) struct strbuf subnets = { 0 };
		const char *what = other_thing(*id);

		if (!what || account_subnet(account, *id, NULL))
			continue;
		list_subnets(account, &subnets);
		output_message("import: --subnet wants a subnet's id, and %s is %s%s%s", *id, what,
			       subnets.length ? "; there are" : "", strbuf_text(&subnets));
		return STATUS_PROFILE;
	}
	return STATUS_YES;
}
