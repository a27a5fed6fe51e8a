// SPDX-License-Identifier: GPL-2.0-or-later
// The job's security groups, every rule resolved. The rules of a settled account are in an order of their own.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"

static void add_group(struct building *building, const struct aws_security_group *group)
{
	struct assembled_group assembled = { .group = group, .id = assembly_id("sg", group->thing.id) };

	vec_for_each (rule, &group->rules) {
		struct assembled_rule out = { 0 };

		rule_resolve(building, group, rule, &out);
		if (rule->egress)
			vec_push(&assembled.egress, out);
		else
			vec_push(&assembled.ingress, out);
	}
	vec_push(&building->assembly->groups, assembled);
}

static int compare_groups(const void *a, const void *b)
{
	const struct assembled_group *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static void tell_uncarried(struct building *building)
{
	AUTO_STRBUF struct strbuf ids = { 0 }, values = { 0 };

	if (!building->uncarried.count)
		return;
	qsort(building->uncarried.items, building->uncarried.count, sizeof(*building->uncarried.items), compare_words);
	vec_for_each (id, &building->uncarried) {
		strbuf_format(&ids, "%s%s", ids.length ? ", " : "", *id);
		strbuf_format(&values, "%s%s", values.length ? "," : "Name=group-id,Values=", *id);
	}
	assume(building, memory_format("the network interfaces that carry %s, which rules name", strbuf_text(&ids)),
	       memory_copy_text("nobody carries them"),
	       command_for(building, "describe-network-interfaces --filters", strbuf_text(&values)));
	vec_release(&building->uncarried);
}

void assembly_add_groups(struct building *building)
{
	struct assembly *assembly = building->assembly;

	vec_for_each (group, &assembly->selection->groups)
		add_group(building, *group);
	if (assembly->groups.count)
		qsort(assembly->groups.items, assembly->groups.count, sizeof(*assembly->groups.items), compare_groups);
	tell_uncarried(building);
}
