// SPDX-License-Identifier: GPL-2.0-or-later
// Every profile that can be named: see search.h.
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/safe_file.h"
#include "profile/search.h"
#include "profile/search_places.h"

// What stands in the way of using the file; the caller frees it, NULL: nothing.
static char *problem_of(const struct search *search, enum search_place place, const char *name, const char *path)
{
	struct error err = { 0 };

	if (find_built_in(name) && place != SEARCH_INSTALLED)
		return reserved_problem(path, name);
	if (search->root && safe_file_check(path, &err) < 0)
		return memory_copy_text(err.message);
	return NULL;
}

static int list_folder(const struct search *search, enum search_place place, found_profile_vec *found,
		       struct error *err)
{
	const char *path = search->folders[place];
	AUTO_CLOSEDIR DIR *folder = opendir(path);
	const struct dirent *entry;

	if (!folder && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!folder)
		return error_set_errno(err, -errno, "cannot list \"%s\"", path);
	while ((entry = readdir(folder))) {
		size_t length = strlen(entry->d_name), suffix = strlen(PROFILE_SUFFIX);
		if (length <= suffix || strcmp(entry->d_name + length - suffix, PROFILE_SUFFIX) != 0)
			continue;
		struct found_profile profile = { .place = place };
		profile.name = memory_copy_bytes(entry->d_name, length - suffix);
		profile.path = memory_format("%s/%s", path, entry->d_name);
		profile.problem = problem_of(search, place, profile.name, profile.path);
		vec_push(found, profile);
	}
	return 0;
}

static void list_built_in(found_profile_vec *found)
{
	for (size_t i = 0; i < built_in_file_count; i++) {
		const struct built_in_file *file = &built_in_files[i];
		size_t length = strlen(file->name), suffix = strlen(PROFILE_SUFFIX);
		if (length <= suffix || strcmp(file->name + length - suffix, PROFILE_SUFFIX) != 0)
			continue;
		vec_push(found, (struct found_profile){ .name = memory_copy_bytes(file->name, length - suffix),
							.path = built_in_path(file),
							.place = SEARCH_BUILT_IN });
	}
}

static int compare_found(const void *a, const void *b)
{
	const struct found_profile *left = a, *right = b;
	int names = strcmp(left->name, right->name);

	return names ? names : (int)left->place - (int)right->place;
}

// The installed file and the built-in copy are one and the same.
static void note_hidden(found_profile_vec *found)
{
	for (size_t i = 0; i + 1 < found->count; i++) {
		struct found_profile *profile = &found->items[i];
		const struct found_profile *next = &found->items[i + 1];
		if (profile->place != SEARCH_INSTALLED && strcmp(profile->name, next->name) == 0)
			profile->hides = memory_copy_text(next->path);
	}
}

int search_list(const struct search *search, found_profile_vec *found, struct error *err)
{
	CLEANUP(found_profiles_release) found_profile_vec list = { 0 };

	for (enum search_place place = 0; place < SEARCH_BUILT_IN; place++) {
		int result = search->folders[place] ? list_folder(search, place, &list, err) : 0;
		if (result < 0)
			return result;
	}
	list_built_in(&list);
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), compare_found);
	note_hidden(&list);
	*found = list;
	list = (found_profile_vec){ 0 };
	return 0;
}

void found_profiles_release(found_profile_vec *found)
{
	vec_for_each (profile, found) {
		free(profile->name);
		free(profile->path);
		free(profile->hides);
		free(profile->problem);
	}
	vec_release(found);
}
