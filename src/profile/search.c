// SPDX-License-Identifier: GPL-2.0-or-later
// Finding profiles by name or path: see search.h. The list of all of them is in search_list.c.
#include "profile/search.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "profile/built_in.h"
#include "profile/safe_file.h"
#include "profile/search_places.h"
#include "profile/yaml.h"

enum { PREFIX_FILE_SIZE = 16 << 20, DEFAULT_FILE_SIZE = 4096 };

#define BUILT_IN_PREFIX "built-in:"
#define DEFAULT_PROFILE "network-isolation"

const char *search_place_name(enum search_place place)
{
	static const char *const names[] = { [SEARCH_SYSTEM] = "system",
					     [SEARCH_USER] = "user",
					     [SEARCH_INSTALLED] = "installed",
					     [SEARCH_BUILT_IN] = "built-in" };

	return names[place];
}

// The user's folder of profiles by the XDG rules; NULL: there is none. The caller frees it.
static char *user_folder(const struct search_options *options)
{
	if (options->config_home && options->config_home[0] == '/')
		return memory_format("%s/vpcjail/profiles", options->config_home);
	if (options->home && options->home[0] == '/')
		return memory_format("%s/.config/vpcjail/profiles", options->home);
	return NULL;
}

void search_init(struct search *search, const struct search_options *options)
{
	const char *system = options->system ? options->system : "/etc/vpcjail";
	const char *installed = options->installed ? options->installed : built_in_folder;
	bool root = options->euid == 0;

	*search = (struct search){ .root = root };
	search->folders[SEARCH_SYSTEM] = memory_format("%s/profiles", system);
	search->folders[SEARCH_USER] = root ? NULL : user_folder(options);
	search->folders[SEARCH_INSTALLED] = memory_copy_text(installed);
	search->wanted = root || !options->wanted || !options->wanted[0] ? NULL : memory_copy_text(options->wanted);
	search->default_file = memory_format("%s/default", system);
	search->folder = getcwd(NULL, 0);
}

void search_release(struct search *search)
{
	for (size_t i = 0; i < SEARCH_BUILT_IN; i++)
		free(search->folders[i]);
	free(search->wanted);
	free(search->default_file);
	free(search->folder);
	*search = (struct search){ 0 };
}

const struct built_in_file *find_built_in(const char *name)
{
	for (size_t i = 0; i < built_in_file_count; i++) {
		const char *file = built_in_files[i].name;
		size_t length = strlen(name);
		if (strncmp(file, name, length) == 0 && strcmp(file + length, PROFILE_SUFFIX) == 0)
			return &built_in_files[i];
	}
	return NULL;
}

char *built_in_path(const struct built_in_file *file)
{
	return memory_format(BUILT_IN_PREFIX "%.*s", (int)(strlen(file->name) - strlen(PROFILE_SUFFIX)), file->name);
}

char *reserved_problem(const char *path, const char *name)
{
	return memory_format(
	    "\"%s\" has the name of a shipped profile; give it another name and write \"extends: %s\" in it", path,
	    name);
}

static int give_built_in(const struct built_in_file *file, char **path, char **text, size_t *length)
{
	*path = built_in_path(file);
	*text = memory_copy_bytes(file->text, file->length);
	*length = file->length;
	return 0;
}

// relative from the folder of file (a path of ours), or as it is. The caller frees it.
static char *path_beside(const char *file, const char *relative)
{
	const char *slash = file ? strrchr(file, '/') : NULL;

	if (relative[0] == '/' || !slash)
		return memory_copy_text(relative);
	return memory_format("%.*s/%s", (int)(slash - file), file, relative);
}

static bool is_built_in_path(const char *path)
{
	return path && strncmp(path, BUILT_IN_PREFIX, strlen(BUILT_IN_PREFIX)) == 0;
}

static int read_path(const struct search *search, char *found, size_t maximum, char **path, char **text, size_t *length,
		     struct error *err)
{
	AUTO_FREE char *owned = found;
	// A path from the working folder on: the trust in it is the trust in that folder too.
	AUTO_FREE char *whole =
	    owned[0] != '/' && search->folder ? memory_format("%s/%s", search->folder, owned) : memory_copy_text(owned);
	int result = safe_file_read(whole, search->root, maximum, text, length, err);

	if (result == -EFBIG)
		error_set(err, -EFBIG, "\"%s\" is larger than %zu MiB", owned, maximum >> 20);
	if (result == 0)
		*path = STEAL(owned);
	return result;
}

static int complain_unknown(const struct search *search, const char *name, struct error *err)
{
	CLEANUP(found_profiles_release) found_profile_vec found = { 0 };
	CLEANUP(strbuf_release) struct strbuf places = { 0 };
	VEC(const char *) names = { 0 };
	int result;

	for (size_t i = 0; i < SEARCH_BUILT_IN; i++)
		if (search->folders[i])
			strbuf_format(&places, "%s, ", search->folders[i]);
	strbuf_add(&places, "the built-in profiles");
	if (search_list(search, &found, NULL) == 0)
		vec_for_each (profile, &found)
			vec_push(&names, profile->name);
	const char *nearest = names_nearest(name, names.items, names.count);
	if (nearest)
		result = error_set(err, -ENOENT, "unknown profile \"%.80s\", looked for in %s; did you mean \"%s\"?",
				   name, places.text, nearest);
	else if (access(name, F_OK) == 0)
		result =
		    error_set(err, -ENOENT, "unknown profile \"%.80s\", looked for in %s; for the file write ./%.80s",
			      name, places.text, name);
	else
		result = error_set(err, -ENOENT,
				   "unknown profile \"%.80s\", looked for in %s; `vpcjail profiles` lists all, a file "
				   "needs a '/' or " PROFILE_SUFFIX " at its end",
				   name, places.text);
	vec_release(&names);
	return result;
}

static int open_name(const struct search *search, const char *name, char **path, char **text, size_t *length,
		     struct error *err)
{
	const struct built_in_file *built_in = find_built_in(name);

	for (size_t place = 0; place < SEARCH_BUILT_IN; place++) {
		if (!search->folders[place])
			continue;
		AUTO_FREE char *candidate = memory_format("%s/%s" PROFILE_SUFFIX, search->folders[place], name);
		if (access(candidate, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (built_in && place != SEARCH_INSTALLED) {
			AUTO_FREE char *problem = reserved_problem(candidate, name);
			return error_set(err, -EEXIST, "%s", problem);
		}
		return read_path(search, STEAL(candidate), YAML_SIZE, path, text, length, err);
	}
	return built_in ? give_built_in(built_in, path, text, length) : complain_unknown(search, name, err);
}

// What has a slash, or is called like a file of profiles: no name of a profile is.
static bool is_path(const char *name)
{
	size_t length = strlen(name), suffix = strlen(PROFILE_SUFFIX);

	return strchr(name, '/') || (length > suffix && strcmp(name + length - suffix, PROFILE_SUFFIX) == 0);
}

static int open_profile(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			struct error *err)
{
	const struct search *search = data;

	if (is_built_in_path(name) && find_built_in(name + strlen(BUILT_IN_PREFIX)))
		return give_built_in(find_built_in(name + strlen(BUILT_IN_PREFIX)), path, text, length);
	if (!is_path(name))
		return open_name(search, name, path, text, length, err);
	return read_path(search, path_beside(from, name), YAML_SIZE, path, text, length, err);
}

static int read_beside(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
		       struct error *err)
{
	const struct search *search = data;

	if (is_built_in_path(from) && file[0] != '/') {
		for (size_t i = 0; i < built_in_file_count; i++)
			if (strcmp(built_in_files[i].name, file) == 0) {
				give_built_in(&built_in_files[i], path, text, length);
				return 0;
			}
		return error_set(err, -ENOENT, "\"%s\" is not built in; write its path from / on", file);
	}
	return read_path(search, path_beside(from, file), PREFIX_FILE_SIZE, path, text, length, err);
}

struct profile_source search_source(const struct search *search)
{
	// The source's functions only read through data; its type has no const because other sources may count.
	return (struct profile_source){
		.data = (void *)(uintptr_t)search, .folder = search->folder, .open = open_profile, .read = read_beside
	};
}

int search_default(const struct search *search, char **name, const char **why, struct error *err)
{
	AUTO_FREE char *text = NULL;
	size_t length;
	const char *reason = "the default";

	if (search->wanted) {
		*name = memory_copy_text(search->wanted);
		if (why)
			*why = "$VPCJAIL_PROFILE";
		return 0;
	}
	int result = safe_file_read(search->default_file, search->root, DEFAULT_FILE_SIZE, &text, &length, err);
	if (result < 0 && result != -ENOENT && result != -ENOTDIR)
		return result;
	if (result == 0) {
		text[strcspn(text, " \t\r\n")] = '\0';
		if (!text[0])
			return error_set(err, -EINVAL, "\"%s\" names no profile; write one in its first line",
					 search->default_file);
		reason = "/etc/vpcjail/default";
	}
	*name = memory_copy_text(result == 0 ? text : DEFAULT_PROFILE);
	if (why)
		*why = reason;
	return 0;
}
