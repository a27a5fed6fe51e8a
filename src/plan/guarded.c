// SPDX-License-Identifier: GPL-2.0-or-later
// Which paths the tables of guarded files name on a host.
#include "plan/guarded.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

// A folder that rows are relative to. shown: the text that stands for it; NULL: the folder itself.
struct base {
	enum guarded_base kind;
	const char *folder;
	const char *shown;
};

static void add(const struct guarded_row *row, bool cover, const struct base *base, guarded_vec *out)
{
	char *path = base->folder
			 ? memory_format("%s/%s", strcmp(base->folder, "/") == 0 ? "" : base->folder, row->path)
			 : memory_copy_text(row->path);
	char *shown = base->shown ? memory_format("%s%s", base->shown, row->path) : memory_copy_text(path);

	vec_push(out, (struct guarded_path){ .row = row, .cover = cover, .path = path, .shown = shown });
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

void guarded_list(const struct guarded_bases *bases, guarded_vec *out)
{
	const struct base places[] = {
		{ BASE_HOME, bases->home, "~/" },
		{ BASE_HOME, same(bases->other_home, bases->home) ? NULL : bases->other_home, NULL },
		{ BASE_DIRECTORY, bases->directory, "" },
		{ BASE_DIRECTORY, same(bases->work_tree, bases->directory) ? NULL : bases->work_tree, NULL },
		{ BASE_REPOSITORY, bases->git, NULL },
		{ BASE_REPOSITORY, same(bases->git_common, bases->git) ? NULL : bases->git_common, NULL },
		{ BASE_SYSTEM, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!places[i].folder && places[i].kind != BASE_SYSTEM)
			continue;
		for (size_t j = 0; j < later_row_count; j++)
			if (later_rows[j].base == places[i].kind)
				add(&later_rows[j], false, &places[i], out);
		for (size_t j = 0; j < credential_row_count; j++)
			if (credential_rows[j].base == places[i].kind)
				add(&credential_rows[j], true, &places[i], out);
	}
}

void guarded_release(guarded_vec *list)
{
	vec_for_each (guarded, list) {
		free(guarded->path);
		free(guarded->shown);
		free(guarded->real);
	}
	vec_release(list);
}
