// SPDX-License-Identifier: GPL-2.0-or-later
// What a test breaks on purpose: see hook.h.
#include "verify/hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "nft/mutate.h"

#ifdef VPCJAIL_TEST_HOOKS

static enum ruleset_mutation mutation_of(const char *word)
{
	static const char *const words[MUTATIONS] = { "remove", "widen", "stretch" };

	for (enum ruleset_mutation mutation = 0; mutation < MUTATIONS; mutation++)
		if (strcmp(words[mutation], word) == 0)
			return mutation;
	abort();  // a test that means something else than it says
}

void verify_hook(struct launch_plan *plan, struct board *board)
{
	const char *asked = getenv("VPCJAIL_TEST_RULE");
	CLEANUP(strbuf_release) struct strbuf where = { 0 };
	char word[16];
	unsigned number;

	if (!asked)
		return;
	if (sscanf(asked, "%15s %u", word, &number) != 2)
		abort();
	int result = ruleset_mutate(plan->ruleset, number, mutation_of(word), &where);
	(void)snprintf(board->mutated, sizeof(board->mutated), "%s",
		       result > 0    ? strbuf_text(&where)
		       : result == 0 ? "-"
				     : "");
}

void verify_hook_range(struct board *board)
{
	enum { IN_VAIN = 100 };  // milliseconds to wait for what does not come

	board->deaf = getenv("VPCJAIL_TEST_DEAF") != NULL;
	if (board->deaf)
		board->patience = IN_VAIN;
}

#else

void verify_hook(struct launch_plan *plan, struct board *board)
{
	(void)plan;
	(void)board;
}

void verify_hook_range(struct board *board)
{
	(void)board;
}

#endif
