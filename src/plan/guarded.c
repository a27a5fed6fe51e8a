// SPDX-License-Identifier: GPL-2.0-or-later
// Names of guarded files, and what is owned by lists of them.
#include "plan/guarded.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

char *guarded_path_of(const struct guarded_place *place, const struct guarded_row *row)
{
	return memory_format("%s/%s", strcmp(place->folder, "/") == 0 ? "" : place->folder, row->path);
}

char *guarded_shown(const struct guarded_place *place, const char *path)
{
	size_t length = strlen(place->folder);

	return place->shown ? memory_format("%s%s", place->shown, path + length + (length > 1))
			    : memory_copy_text(path);
}

void guarded_places_release(guarded_places *places)
{
	vec_for_each (place, places) {
		free(place->folder);
		vec_release(&place->missing);
		vec_release(&place->dangling);
	}
	vec_release(places);
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
