// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: any bytes are documents of an account or a list of mistakes with places in them, whatever is read is
// settled and released, and reading the same twice gives the same.
#include "fuzz.h"

#include <string.h>

#include "base/cleanup.h"
#include "import/document/document.h"

// What was counted of an account: enough to tell that two were read alike.
struct counts {
	size_t vpcs, subnets, route_tables, groups, acls, endpoints, interfaces, lists, entries, options, peerings,
	    jobs, ranges;
};

static struct counts count(const struct account *account)
{
	return (struct counts){
		account->vpcs.count,    account->subnets.count,      account->route_tables.count, account->groups.count,
		account->acls.count,    account->endpoints.count,    account->interfaces.count,   account->lists.count,
		account->entries.count, account->dhcp_options.count, account->peerings.count,     account->jobs.count,
		account->ranges.count,
	};
}

// Every mistake can be shown and is within the text; the errors are counted right.
static void check_mistakes(const struct mistakes *mistakes, const char *text, size_t size)
{
	size_t errors = 0;
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n' || text[i] == '\r';
	vec_for_each (mistake, &mistakes->list) {
		require(mistake->message && mistake->message[0]);
		require(mistake->at.file);
		require(mistake->at.line <= lines + 1);
		require(mistake->at.line == 0 || mistake->at.column <= size + 1);
		errors += mistake->severity == SEVERITY_ERROR;
	}
	require(errors == mistakes->errors);
}

static struct counts read_once(const char *text, size_t size, char **said)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct mistakes mistakes = { 0 };
	struct account account = { 0 };

	document_read(&account, "fuzz", text, size, &mistakes);
	check_mistakes(&mistakes, text, size);
	struct counts counts = count(&account);
	document_end(&account, &mistakes);
	account_settle(&account, &mistakes);
	check_mistakes(&mistakes, text, size);
	mistakes_format(&mistakes, &out);
	*said = strbuf_steal(&out);
	account_release(&account);
	mistakes_release(&mistakes);
	return counts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	// Without a terminator: what reads beyond the end is caught.
	AUTO_FREE char *text = size ? memory_resize(NULL, size, 1) : NULL;
	AUTO_FREE char *first_said = NULL, *second_said = NULL;

	if (!size)
		return 0;
	memcpy(text, data, size);
	struct counts first = read_once(text, size, &first_said), second = read_once(text, size, &second_said);
	require(memcmp(&first, &second, sizeof(first)) == 0);
	require(strcmp(first_said, second_said) == 0);
	return 0;
}
