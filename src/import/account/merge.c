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

static void add_contradiction(const struct row_kind *kind, const char *member, const struct aws_thing *to,
			      const struct aws_thing *from, struct mistakes *mistakes)
{
	bool ordered = compare_places(&to->at, &from->at) <= 0;
	AUTO_FREE char *first = place_text(ordered ? &to->at : &from->at);

	mistakes_add(mistakes, SEVERITY_ERROR, ordered ? &from->at : &to->at, hint,
		     "%s %.80s is given twice with different \"%s\": also at %s", kind->what, to->id, member, first);
}

static bool is_said(const struct row_field *field, const char *row)
{
	if (field->given)
		return *(const bool *)(row + field->given);
	return !field->type->is_empty(row + field->offset);
}

// Whether the field is settled; false: the two say different things.
static bool merge_field(const struct row_field *field, char *left, char *right)
{
	bool each = field->merge == MERGE_EACH;
	char *to = left + field->offset, *from = right + field->offset;

	if (field->merge == MERGE_APART || (!each && !is_said(field, right)))
		return true;
	if (!each && !is_said(field, left)) {
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
		if (!merge_field(field, to, from) && !contradiction)
			contradiction = field;
	}
	if (contradiction)
		add_contradiction(kind, contradiction->member, left, right, mistakes);
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

// Those of one direction of settled rules, where they lie together; borrowed.
static rule_vec rules_of(const rule_vec *rules, bool egress)
{
	rule_vec found = { 0 };

	vec_for_each (rule, rules)
		if (rule->egress == egress && !found.count++)
			found.items = rule;
	return found;
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

// Rules that were listed by themselves are among those that the group was given with, if it was given with those of
// that direction, were it with none. One that is not is newer or older than the group: which of both holds cannot be
// told.
static void check_loose(const struct aws_security_group *group, const struct aws_security_group *loose,
			struct mistakes *mistakes)
{
	AUTO_FREE char *place = place_text(&group->thing.at);
	size_t at = 0;

	vec_for_each (rule, &loose->rules)
		vec_for_each (peer, &rule->peers)
			if (group->given[rule->egress] && !rules_have(&group->rules, &at, rule, peer))
				mistakes_add(mistakes, SEVERITY_ERROR, &peer->at, hint,
					     "security group %.80s has no such rule at %s", group->thing.id, place);
}

// Each direction by itself: what one document does not list, the other may; what both list is the same, and no rules
// are an answer, too. Leaves in *from what contradicts.
static void merge_rules(struct aws_security_group *to, struct aws_security_group *from, struct mistakes *mistakes)
{
	static const char *const members[] = { "IpPermissions", "IpPermissionsEgress" };
	bool differ[2];
	rule_vec left = { 0 };

	for (size_t egress = 0; egress < 2; egress++) {
		const rule_vec one = rules_of(&to->rules, egress), other = rules_of(&from->rules, egress);
		differ[egress] = to->given[egress] && from->given[egress] && field_rules.compare(&one, &other) != 0;
		if (differ[egress])
			add_contradiction(&groups_kind, members[egress], &to->thing, &from->thing, mistakes);
		to->given[egress] |= from->given[egress];
	}
	vec_for_each (rule, &from->rules)
		vec_push(differ[rule->egress] ? &left : &to->rules, *rule);
	vec_release(&from->rules);
	from->rules = left;
	rules_settle(&to->rules);
}

static void merge_defined(struct aws_security_group *to, struct aws_security_group *from, struct mistakes *mistakes)
{
	merge_rules(to, from, mistakes);
	row_merge(&groups_kind, to, from, mistakes);
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
