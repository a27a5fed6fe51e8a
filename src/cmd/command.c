// SPDX-License-Identifier: GPL-2.0-or-later
// Looking things up in the table of commands: see command.h.
#include "cmd/command.h"

#include <string.h>

#include "base/names.h"

const struct command *command_find(const struct command *commands, const char *name)
{
	for (const struct command *row = commands; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

const char *command_nearest(const struct command *commands, const char *word)
{
	VEC(const char *) names = { 0 };

	for (const struct command *row = commands; row->name; row++)
		vec_push(&names, row->name);
	const char *nearest = names_nearest(word, names.items, names.count);
	vec_release(&names);
	return nearest;
}

void invocation_release(struct invocation *invocation)
{
	vec_release(&invocation->operands);
	vec_release(&invocation->share);
	vec_release(&invocation->addresses);
	vec_release(&invocation->gateways);
	vec_release(&invocation->subnets);
	vec_release(&invocation->security_groups);
	vec_release(&invocation->keep_fds);
}
