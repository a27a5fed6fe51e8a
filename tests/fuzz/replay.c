// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a fuzz target once over every file of a corpus folder: the ordinary test that each build makes of it.
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

enum { MAXIMUM_INPUT = 1 << 20 };

static void replay(const char *folder, const char *name)
{
	AUTO_FREE char *path = memory_format("%s/%s", folder, name);
	char *text;
	size_t length;
	struct error err;

	if (io_read_file(path, MAXIMUM_INPUT, &text, &length, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		exit(EXIT_FAILURE);
	}
	// Exactly as large as the input, so that a sanitizer sees a read past its end.
	uint8_t *bytes = memory_new(length ? length : 1, 1);
	memcpy(bytes, text, length);
	free(text);
	(void)fprintf(stderr, "%s\n", path);  // the last line names the file that a crash is about
	(void)LLVMFuzzerTestOneInput(bytes, length);
	free(bytes);
}

int main(int count, char **arguments)
{
	unsigned inputs = 0;
	DIR *folder = count == 2 ? opendir(arguments[1]) : NULL;

	if (!folder) {
		fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
		return 2;
	}
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		replay(arguments[1], entry->d_name);
		inputs++;
	}
	closedir(folder);
	printf("%u inputs\n", inputs);
	return inputs ? EXIT_SUCCESS : EXIT_FAILURE;
}
