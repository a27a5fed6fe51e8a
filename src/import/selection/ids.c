// SPDX-License-Identifier: GPL-2.0-or-later
// Ids that were asked for → rows of the account, and every one that no document defines: see parts.h.
#include "base/cleanup.h"
#include "base/names.h"
#include "import/selection/parts.h"

enum { SHOWN = 80 };  // of a foreign text in a message

typedef VEC(const struct aws_thing *) thing_vec;

// The two kinds of ids.
struct id_kind {
	const char *noun;
	const char *command;  // prints them, when their ids follow
};

static const struct id_kind subnet_kind = { "subnet", "aws ec2 describe-subnets --subnet-ids" };
static const struct id_kind group_kind = { "security group", "aws ec2 describe-security-groups --group-ids" };

// The rows of an id that are of the Region, where one is asked for; a row that says none may be of it.
static void find_rows(const thing_vec *things, const char *id, const char *region, thing_vec *found)
{
	vec_for_each (thing, things)
		if (strcmp((*thing)->id, id) == 0 && region_fits((*thing)->region, region))
			vec_push(found, *thing);
	for (size_t i = 0; region && found->count > 1 && i < found->count; i++) {
		if (!(*found).items[i]->region)
			continue;
		found->items[0] = found->items[i];  // says so itself
		found->count = 1;
	}
}

static void list_regions(const thing_vec *things, struct strbuf *out)
{
	vec_for_each (thing, things)
		strbuf_format(out, "%s%.80s", thing == things->items ? "" : ", ",
			      (*thing)->region ? (*thing)->region : "a Region that is not said");
}

static void several_regions(struct choosing *choosing, const struct id_kind *kind, const struct wanted_id *wanted,
			    const thing_vec *found)
{
	AUTO_STRBUF struct strbuf regions = { 0 };

	list_regions(found, &regions);
	mistakes_add(choosing->mistakes, SEVERITY_ERROR, &wanted->at, "say which: --region NAME",
		     "%s %.*s is in several Regions: %s", kind->noun, SHOWN, wanted->id, strbuf_text(&regions));
}

static bool is_in_another_region(struct choosing *choosing, const struct id_kind *kind, const struct wanted_id *wanted,
				 const thing_vec *things)
{
	AUTO_STRBUF struct strbuf regions = { 0 };
	thing_vec found = { 0 };

	find_rows(things, wanted->id, NULL, &found);
	list_regions(&found, &regions);
	vec_release(&found);
	if (!regions.length)
		return false;
	mistakes_add(choosing->mistakes, SEVERITY_ERROR, &wanted->at, NULL, "%s %.*s is in %s, not in %.*s", kind->noun,
		     SHOWN, wanted->id, strbuf_text(&regions), SHOWN, choosing->selection->region);
	return true;
}

static const char *near_id(const thing_vec *things, const char *id)
{
	AUTO_FREE const char **names = NEW_ARRAY(const char *, things->count);

	for (size_t i = 0; i < things->count; i++)
		names[i] = things->items[i]->id;
	return names_nearest(id, names, things->count);
}

// One mistake an id; the last has the command that prints all of them.
static void undefined_ids(struct choosing *choosing, const struct id_kind *kind, const wanted_vec *undefined,
			  const thing_vec *things)
{
	AUTO_STRBUF struct strbuf command = { 0 };

	strbuf_add(&command, kind->command);
	vec_for_each (wanted, undefined) {
		strbuf_add_char(&command, ' ');
		command_add_word(&command, wanted->id);
	}
	command_add_region(&command, choosing->selection->region);
	vec_for_each (wanted, undefined) {
		const char *nearest = near_id(things, wanted->id);
		AUTO_STRBUF struct strbuf hint = { 0 };

		if (nearest)
			strbuf_format(&hint, "did you mean \"%.*s\"?", SHOWN, nearest);
		if (wanted == undefined->items + undefined->count - 1)
			strbuf_format(&hint, "%sget %s: %s", nearest ? " or " : "",
				      undefined->count > 1 ? "them" : "it", strbuf_text(&command));
		mistakes_add(choosing->mistakes, SEVERITY_ERROR, &wanted->at, hint.length ? strbuf_text(&hint) : NULL,
			     "no document defines %s %.*s", kind->noun, SHOWN, wanted->id);
	}
}

static bool is_wanted_before(const wanted_vec *wanted, const struct wanted_id *item)
{
	for (const struct wanted_id *before = wanted->items; before < item; before++)
		if (strcmp(before->id, item->id) == 0)
			return true;
	return false;
}

static void choose(struct choosing *choosing, const struct id_kind *kind, const wanted_vec *wanted,
		   const thing_vec *things, thing_vec *chosen)
{
	wanted_vec undefined = { 0 };

	vec_for_each (item, wanted) {
		thing_vec found = { 0 };

		if (is_wanted_before(wanted, item))
			continue;
		find_rows(things, item->id, choosing->selection->region, &found);
		if (found.count == 1)
			vec_push(chosen, found.items[0]);
		else if (found.count)
			several_regions(choosing, kind, item, &found);
		else if (!choosing->selection->region || !is_in_another_region(choosing, kind, item, things))
			vec_push(&undefined, *item);
		vec_release(&found);
	}
	if (undefined.count)
		undefined_ids(choosing, kind, &undefined, things);
	vec_release(&undefined);
}

// The head is the first member of every row, so that its address is the row's.
void choose_subnets(struct choosing *choosing, const wanted_vec *wanted)
{
	thing_vec things = { 0 }, chosen = { 0 };

	vec_for_each (subnet, &choosing->account->subnets)
		vec_push(&things, &subnet->thing);
	choose(choosing, &subnet_kind, wanted, &things, &chosen);
	vec_for_each (thing, &chosen)
		vec_push(&choosing->selection->subnets, (const struct aws_subnet *)(const void *)*thing);
	vec_release(&things);
	vec_release(&chosen);
}

void choose_groups(struct choosing *choosing, const wanted_vec *wanted)
{
	thing_vec things = { 0 }, chosen = { 0 };

	vec_for_each (group, &choosing->account->groups)
		vec_push(&things, &group->thing);
	choose(choosing, &group_kind, wanted, &things, &chosen);
	vec_for_each (thing, &chosen)
		vec_push(&choosing->selection->groups, (const struct aws_security_group *)(const void *)*thing);
	vec_release(&things);
	vec_release(&chosen);
}
