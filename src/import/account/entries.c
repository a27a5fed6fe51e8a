// SPDX-License-Identifier: GPL-2.0-or-later
// Gives entries whose document names no list to their list: see account.h.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/account/rows.h"

// What the documents of one list say together.
struct gathered {
	const struct aws_entries *first, *whole;  // whole: one that no page follows; NULL
	struct prefix_set entries;
	bool differ;
};

static const char old_hint[] = "give what the commands print now, without older copies of it";
static const char name_hint[] = "name the file by its list: aws ec2 get-managed-prefix-list-entries --prefix-list-id "
				"pl-… > pl-….json";

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The last place of a word in a file's name: no letter or digit is beside it. NULL: none.
static const char *find_word(const char *file, const char *word)
{
	size_t length = strlen(word);
	const char *found = NULL;

	for (const char *at = file; length && (at = strstr(at, word)); at++)
		if ((at == file || !is_word(at[-1])) && !is_word(at[length]))
			found = at;
	return found;
}

// "pl-6da54004" of a file's name; the caller's; NULL: there is none.
static char *id_in_name(const char *file)
{
	char *id = NULL;

	for (const char *at = file; (at = strstr(at, "pl-")); at++) {
		size_t length = 3;
		while (is_word(at[length]))
			length++;
		if (length == 3 || (at != file && is_word(at[-1])))
			continue;
		free(id);
		id = memory_copy_bytes(at, length);
	}
	return id;
}

static bool is_of_region(const struct aws_prefix_list *list, const char *region)
{
	return !region || !list->thing.region || strcmp(list->thing.region, region) == 0;
}

// Whether entries of that file belong to a list that a document defines, in the Region that the name has.
static bool is_known(const struct account *account, const char *file, const char *region)
{
	vec_for_each (list, &account->lists)
		if (find_word(file, list->thing.id) && (!region || compare_texts(list->thing.region, region) == 0))
			return true;
	return false;
}

void account_name_lists(struct account *account)
{
	vec_for_each (entries, &account->entries) {
		AUTO_FREE char *region = region_in_name(entries->at.file);
		AUTO_FREE char *id = is_known(account, entries->at.file, region) ? NULL : id_in_name(entries->at.file);
		struct aws_thing thing = { .id = id, .region = region, .at = entries->at };

		if (!id)
			continue;
		vec_push(&account->lists, (struct aws_prefix_list){ .thing = thing });
		(void)STEAL(id);
		(void)STEAL(region);
	}
}

// The list that the file's name has in it, by the last id there; *several: ids of more than one Region that the name
// does not tell apart.
static struct aws_prefix_list *list_in_name(struct account *account, const char *file, bool *several)
{
	AUTO_FREE char *region = region_in_name(file);
	struct aws_prefix_list *found = NULL;
	const char *best = NULL;

	*several = false;
	vec_for_each (list, &account->lists) {
		const char *at = is_of_region(list, region) ? find_word(file, list->thing.id) : NULL;
		bool in_region = list->thing.region && find_word(file, list->thing.region);
		bool found_in_region = found && found->thing.region && find_word(file, found->thing.region);
		if (!at || at < best || (at == best && found_in_region && !in_region))
			continue;
		*several = at == best && in_region == found_in_region;
		best = at;
		found = list;
	}
	return found;
}

static void add_other_entries(const struct aws_prefix_list *list, const struct location *at,
			      const struct location *other, struct mistakes *mistakes)
{
	AUTO_FREE char *place = memory_format("%s:%u:%u", other->file ? other->file : "?", other->line, other->column);

	mistakes_add(mistakes, SEVERITY_ERROR, at, old_hint, "prefix list %.80s has other entries at %s",
		     list->thing.id, place);
}

// Pages of one answer are parts of it, and all but the last have a token; what has none is the whole list.
static void gather(const struct aws_prefix_list *list, struct gathered *gathered, struct aws_entries *entries,
		   struct mistakes *mistakes)
{
	entries->used = true;
	if (!gathered->first)
		gathered->first = entries;
	prefix_set_add_set(&gathered->entries, &entries->entries);
	if (entries->more)
		return;
	if (!gathered->whole) {
		gathered->whole = entries;
	} else if (!prefix_set_equal(&gathered->whole->entries, &entries->entries)) {
		add_other_entries(list, &entries->at, &gathered->whole->at, mistakes);
		gathered->differ = true;
	}
}

// Pages of which the last is missing are not the list: what they leave out might be what matters.
static void tell_cut(const struct aws_prefix_list *list, const struct gathered *gathered, struct mistakes *mistakes)
{
	mistakes_add(mistakes, SEVERITY_WARNING, &gathered->first->at,
		     "give all pages, as the command prints them without --no-paginate and --max-items",
		     "of prefix list %.80s only the first entries are given: none of them counts", list->thing.id);
}

// A list whose document has its entries has no others; a page may have less of them.
static void settle_list(struct aws_prefix_list *list, struct gathered *gathered, struct mistakes *mistakes)
{
	prefix_set_normalize(&gathered->entries);
	bool same = gathered->whole ? prefix_set_equal(&gathered->entries, &list->entries)
				    : prefix_set_is_within(&gathered->entries, &list->entries);

	if (list->given && !same && !gathered->differ)
		add_other_entries(list, &gathered->first->at, &list->thing.at, mistakes);
	if (!list->given && !gathered->whole) {
		tell_cut(list, gathered, mistakes);
		return;
	}
	if (!list->given)
		prefix_set_copy(&list->entries, &gathered->entries);
	list->given = true;
}

// Those whose file's name tells; returns the only other one, *others how many there are.
static struct aws_entries *gather_named(struct account *account, struct gathered *gathered, size_t *others,
					struct mistakes *mistakes)
{
	struct aws_entries *left = NULL;

	*others = 0;
	vec_for_each (entries, &account->entries) {
		bool several;
		struct aws_prefix_list *list = list_in_name(account, entries->at.file, &several);
		if (list && several) {
			mistakes_add(mistakes, SEVERITY_ERROR, &entries->at,
				     "put the file into a folder that is named by its Region",
				     "prefix list %.80s is in several Regions", list->thing.id);
		} else if (list) {
			gather(list, &gathered[list - account->lists.items], entries, mistakes);
		} else {
			left = entries;
			(*others)++;
		}
	}
	return left;
}

static struct aws_prefix_list *only_list_without_entries(struct account *account)
{
	struct aws_prefix_list *only = NULL;

	vec_for_each (list, &account->lists) {
		if (!list->given && only)
			return NULL;
		if (!list->given)
			only = list;
	}
	return only;
}

// Whether entries can be a list's: another one that has the same may be the one that was asked for.
static bool can_be_of(const struct account *account, const struct aws_prefix_list *list,
		      const struct aws_entries *entries)
{
	AUTO_FREE char *region = region_in_name(entries->at.file);
	const enum family other = list->family == FAMILY_IPV4 ? FAMILY_IPV6 : FAMILY_IPV4;

	if (!is_of_region(list, region) || (list->most && entries->count > (size_t)list->most) ||
	    (list->family && prefix_set_has_family(&entries->entries, other)))
		return false;
	vec_for_each (given, &account->lists)
		if (given != list && prefix_set_equal(&given->entries, &entries->entries))
			return false;
	return true;
}

static void give_left(struct account *account, struct aws_entries *left, size_t others, struct mistakes *mistakes)
{
	struct aws_prefix_list *only = others == 1 ? only_list_without_entries(account) : NULL;

	if (only && can_be_of(account, only, left)) {
		left->used = only->given = true;
		prefix_set_copy(&only->entries, &left->entries);
		mistakes_add(mistakes, SEVERITY_WARNING, &left->at, name_hint,
			     "these entries do not say of which prefix list they are: they are taken for those of "
			     "%.80s, the only list without any",
			     only->thing.id);
		return;
	}
	vec_for_each (entries, &account->entries)
		if (!entries->used && !id_in_name(entries->at.file))
			mistakes_add(mistakes, SEVERITY_ERROR, &entries->at, name_hint,
				     "these entries do not say of which prefix list they are");
}

static int compare_entries(const void *a, const void *b)
{
	const struct aws_entries *left = a, *right = b;

	return compare_places(&left->at, &right->at);
}

void account_give_entries(struct account *account, struct mistakes *mistakes)
{
	AUTO_FREE struct gathered *gathered = NEW_ARRAY(struct gathered, account->lists.count + 1);
	size_t others;

	if (account->entries.count)
		qsort(account->entries.items, account->entries.count, sizeof(*account->entries.items), compare_entries);
	struct aws_entries *left = gather_named(account, gathered, &others, mistakes);
	for (size_t i = 0; i < account->lists.count; i++) {
		if (gathered[i].first)
			settle_list(&account->lists.items[i], &gathered[i], mistakes);
		prefix_set_release(&gathered[i].entries);
	}
	if (left)
		give_left(account, left, others, mistakes);
}
