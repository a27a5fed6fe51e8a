// SPDX-License-Identifier: GPL-2.0-or-later
// The names of the files that an import writes: see import_paths.h.
#include "cmd/import_paths.h"

#include <string.h>

#include "base/memory.h"

enum { ID_SHOWN = 64 };

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

// Where a name's ending begins: at ".yaml" or ".yml", else at its end.
static const char *ending_of(const char *base)
{
	const char *dot = strrchr(base, '.');

	return dot && dot > base && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0) ? dot : base + strlen(base);
}

char *import_subnet_path(const char *path, const char *subnet)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *ending = ending_of(base_of(path));
	char id[ID_SHOWN + 1] = "";

	for (size_t i = 0; i < ID_SHOWN && subnet[i]; i++)
		id[i] = strchr(letters, subnet[i]) ? subnet[i] : '-';
	return memory_format("%.*s.%s%s", (int)(ending - path), path, id, ending);
}

char *import_stem(const char *path)
{
	const char *base = base_of(path);

	return memory_copy_bytes(base, (size_t)(ending_of(base) - base));
}

char *import_beside(const char *path, const char *name)
{
	return memory_format("%.*s%s", (int)(base_of(path) - path), path, name);
}
