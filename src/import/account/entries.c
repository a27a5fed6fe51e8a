// SPDX-License-Identifier: GPL-2.0-or-later
// Gives entries whose document names no list to their list: see account.h.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/account/rows.h"

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

static bool is_known(const struct account *account, const char *file)
{
	vec_for_each (list, &account->lists)
		if (find_word(file, list->thing.id))
			return true;
	return false;
}

void account_name_lists(struct account *account)
{
	vec_for_each (entries, &account->entries) {
		AUTO_FREE char *id = is_known(account, entries->at.file) ? NULL : id_in_name(entries->at.file);
		if (id)
			vec_push(&account->lists,
				 (struct aws_prefix_list){ .thing = { .id = STEAL(id), .at = entries->at } });
	}
}

// The list that the file's name has in it, by the last id there; *several: ids of more than one Region that the name
// does not tell apart.
static struct aws_prefix_list *list_in_name(struct account *account, const char *file, bool *several)
{
	struct aws_prefix_list *found = NULL;
	const char *best = NULL;

	*several = false;
	vec_for_each (list, &account->lists) {
		const char *at = find_word(file, list->thing.id);
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

static void give(struct aws_prefix_list *list, struct aws_entries *entries, bool given_before,
		 struct mistakes *mistakes)
{
	entries->used = true;
	if (!given_before) {
		prefix_set_add_set(&list->entries, &entries->entries);
		prefix_set_normalize(&list->entries);
		list->given = true;
		return;
	}
	if (prefix_set_is_within(&entries->entries, &list->entries))
		return;
	AUTO_FREE char *place = memory_format("%s:%u:%u", list->thing.at.file ? list->thing.at.file : "?",
					      list->thing.at.line, list->thing.at.column);
	mistakes_add(mistakes, SEVERITY_ERROR, &entries->at,
		     "give what the commands print now, without older copies of it",
		     "prefix list %.80s has other entries at %s", list->thing.id, place);
}

// Those whose file's name tells; returns the only other one, *others how many there are.
static struct aws_entries *give_named(struct account *account, const bool *given, size_t *others,
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
			give(list, entries, given[list - account->lists.items], mistakes);
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

void account_give_entries(struct account *account, struct mistakes *mistakes)
{
	AUTO_FREE bool *given = NEW_ARRAY(bool, account->lists.count + 1);
	size_t others;

	for (size_t i = 0; i < account->lists.count; i++)
		given[i] = account->lists.items[i].given;
	struct aws_entries *left = give_named(account, given, &others, mistakes);
	struct aws_prefix_list *only = others == 1 ? only_list_without_entries(account) : NULL;
	if (left && only) {
		give(only, left, false, mistakes);
		return;
	}
	if (others)
		vec_for_each (entries, &account->entries)
			if (!entries->used && !id_in_name(entries->at.file))
				mistakes_add(mistakes, SEVERITY_ERROR, &entries->at, name_hint,
					     "these entries do not say of which prefix list they are");
}
