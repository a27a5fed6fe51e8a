// SPDX-License-Identifier: GPL-2.0-or-later
// Two rows of one thing become one, or a mistake: see rows.h.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/account/rows.h"

enum { FIELD_SIZE_MAXIMUM = 64 };

static const char hint[] = "give what the commands print now, without older copies of it";

static void swap_fields(char *a, char *b, size_t size)
{
	char kept[FIELD_SIZE_MAXIMUM];

	memcpy(kept, a, size);
	memcpy(a, b, size);
	memcpy(b, kept, size);
}

// "FILE:LINE:COLUMN"; the caller's.
static char *place_text(const struct location *at)
{
	return memory_format("%s:%u:%u", at->file ? at->file : "?", at->line, at->column);
}

static void add_contradiction(const struct row_kind *kind, const struct row_field *field, const struct aws_thing *to,
			      const struct aws_thing *from, struct mistakes *mistakes)
{
	bool ordered = compare_places(&to->at, &from->at) <= 0;
	AUTO_FREE char *first = place_text(ordered ? &to->at : &from->at);

	mistakes_add(mistakes, SEVERITY_ERROR, ordered ? &from->at : &to->at, hint,
		     "%s %.80s is given twice with different \"%s\": also at %s", kind->what, to->id, field->member,
		     first);
}

// Whether the field is settled; false: the two say different things.
static bool merge_field(const struct row_field *field, char *to, char *from)
{
	bool each = field->merge == MERGE_EACH;

	if (!each && field->type->is_empty(from))
		return true;
	if (!each && field->type->is_empty(to)) {
		swap_fields(to, from, field->size);
		return true;
	}
	int order = field->type->compare(to, from);
	if (order > 0 && field->merge == MERGE_ANY)
		swap_fields(to, from, field->size);
	return order == 0 || field->merge == MERGE_ANY;
}

void row_merge(const struct row_kind *kind, void *to, void *from, struct mistakes *mistakes)
{
	struct aws_thing *left = to, *right = from;
	const struct row_field *contradiction = NULL;

	for (size_t i = 0; i < kind->count; i++) {
		const struct row_field *field = &kind->fields[i];
		if (!merge_field(field, (char *)to + field->offset, (char *)from + field->offset) && !contradiction)
			contradiction = field;
	}
	if (contradiction)
		add_contradiction(kind, contradiction, left, right, mistakes);
	if (compare_places(&right->at, &left->at) < 0)
		left->at = right->at;
	row_release(kind, from);
}

// Moves all rules of one to the end of the other.
static void append_rules(rule_vec *to, rule_vec *from)
{
	vec_for_each (rule, from)
		vec_push(to, *rule);
	vec_release(from);
}

static bool has_direction(const rule_vec *rules, bool egress)
{
	vec_for_each (rule, rules)
		if (rule->egress == egress)
			return true;
	return false;
}

// Whether settled rules have a peer with that direction and match: *at is where to look from, as rules are asked for in
// their order.
static bool rules_have(const rule_vec *rules, size_t *at, const struct aws_group_rule *rule,
		       const struct aws_peer *peer)
{
	while (*at < rules->count && compare_rules(&rules->items[*at], rule) < 0)
		(*at)++;
	if (*at == rules->count || compare_rules(&rules->items[*at], rule) != 0)
		return false;
	const peer_vec *peers = &rules->items[*at].peers;
	size_t low = 0, high = peers->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_peers(&peers->items[middle], peer) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < peers->count && compare_peers(&peers->items[low], peer) == 0;
}

// Rules that were listed by themselves are among those that the group was given with, if it was given with any of that
// direction. One that is not is newer or older than the group: which of both holds cannot be told.
static void check_loose(const struct aws_security_group *group, const struct aws_security_group *loose,
			struct mistakes *mistakes)
{
	AUTO_FREE char *place = place_text(&group->thing.at);
	const bool given[] = { has_direction(&group->rules, false), has_direction(&group->rules, true) };
	size_t at = 0;

	vec_for_each (rule, &loose->rules)
		vec_for_each (peer, &rule->peers)
			if (given[rule->egress] && !rules_have(&group->rules, &at, rule, peer))
				mistakes_add(mistakes, SEVERITY_ERROR, &peer->at, hint,
					     "security group %.80s has no such rule at %s", group->thing.id, place);
}

static void merge_defined(struct aws_security_group *to, struct aws_security_group *from, struct mistakes *mistakes)
{
	rule_vec rules = { 0 };

	if (field_rules.compare(&to->rules, &from->rules) == 0) {
		rules = from->rules;
		from->rules = (__typeof__(from->rules)){ 0 };
	}
	row_merge(&groups_kind, to, from, mistakes);
	append_rules(&to->rules, &rules);
	rules_settle(&to->rules);
}

static void merge_loose(struct aws_security_group *to, struct aws_security_group *from, struct mistakes *mistakes)
{
	append_rules(&to->rules, &from->rules);
	row_merge(&groups_kind, to, from, mistakes);
}

void groups_merge(struct aws_security_group *run, size_t count, struct mistakes *mistakes)
{
	struct aws_security_group *defined = NULL, *loose = NULL;

	for (size_t i = 0; i < count; i++) {
		struct aws_security_group **kept = run[i].defined ? &defined : &loose;
		if (!*kept)
			*kept = &run[i];
		else if (run[i].defined)
			merge_defined(*kept, &run[i], mistakes);
		else
			merge_loose(*kept, &run[i], mistakes);
	}
	if (loose)
		rules_settle(&loose->rules);
	if (defined && loose) {
		struct location at = defined->thing.at;
		check_loose(defined, loose, mistakes);
		merge_loose(defined, loose, mistakes);
		rules_settle(&defined->rules);
		defined->thing.at = at;
	}
	if (defined)
		run[0] = *defined;
	else if (loose)
		run[0] = *loose;
}
