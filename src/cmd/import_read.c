// SPDX-License-Identifier: GPL-2.0-or-later
// The documents of an import: see import_read.h.
#include "cmd/import_read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "cmd/import_folder.h"
#include "cmd/output.h"
#include "import/document/document.h"

enum {
	SIZE_MAXIMUM = 2000000000,  // bytes of a file or stream
	MAPPED_FROM = 1 << 20,
	LARGE = 16 << 20,  // worth a line of progress at once
	PASSED_OVER_SHOWN = 5,
};

struct import_text {
	char *text;
	size_t length;
	bool mapped;
};

static void import_text_release(struct import_text *text)
{
	if (text->mapped)
		(void)munmap(text->text, text->length);
	else
		free(text->text);
}

static void fail(struct import_reading *reading, const char *name, int result)
{
	output_message("import: cannot read %s: %s", name, strerror(-result));
	reading->failures++;
}

// A large file is mapped: its bytes are the page cache's, not once more ours.
static int read_text(int fd, const struct stat *status, struct import_text *text)
{
	struct error err;

	if (S_ISREG(status->st_mode) && status->st_size > SIZE_MAXIMUM)
		return -EFBIG;
	if (!S_ISREG(status->st_mode) || status->st_size < MAPPED_FROM)
		return io_read_all(fd, SIZE_MAXIMUM, &text->text, &text->length, &err);
	void *bytes = mmap(NULL, (size_t)status->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	(void)madvise(bytes, (size_t)status->st_size, MADV_SEQUENTIAL);
	*text = (struct import_text){ .text = bytes, .length = (size_t)status->st_size, .mapped = true };
	return 0;
}

static bool is_seen(struct import_reading *reading, const struct stat *status)
{
	vec_for_each (seen, &reading->seen)
		if (seen->device == status->st_dev && seen->inode == status->st_ino)
			return true;
	vec_push(&reading->seen, (struct import_file_identity){ status->st_dev, status->st_ino });
	return false;
}

static long seconds(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void tell_progress(struct import_reading *reading, const char *name, off_t size)
{
	if (!reading->began)
		reading->began = seconds();
	if (reading->progress && (size >= LARGE || seconds() > reading->began))
		output_progress("import: reading %s, %lld MB", name, (long long)size >> 20);
}

// A profile has "vpcjail:" at the beginning of a line.
static bool is_profile(const struct import_text *text)
{
	static const char key[] = "vpcjail:";
	const char *at = text->text, *end = text->text + text->length;

	while (at && (size_t)(end - at) >= sizeof(key) - 1) {
		if (memcmp(at, key, sizeof(key) - 1) == 0)
			return true;
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	return false;
}

static void read_open(struct import_reading *reading, int fd, const struct stat *status, const char *name, bool found)
{
	CLEANUP(import_text_release) struct import_text text = { 0 };

	if (S_ISREG(status->st_mode) && is_seen(reading, status))
		return;
	tell_progress(reading, name, S_ISREG(status->st_mode) ? status->st_size : 0);
	int result = read_text(fd, status, &text);
	if (result < 0) {
		fail(reading, name, result);
		return;
	}
	if (found && import_is_yaml(name) && is_profile(&text)) {
		vec_push(&reading->passed_over, memory_copy_text(name));
		return;
	}
	reading->files++;
	document_read(reading->account, name, text.text, text.length, reading->mistakes);
}

static void read_found(void *data, int fd, const struct stat *status, const char *name)
{
	read_open(data, fd, status, name, true);
}

static void pass_over(void *data, const char *name)
{
	struct import_reading *reading = data;

	vec_push(&reading->passed_over, memory_copy_text(name));
}

static void fail_found(void *data, const char *name, int result)
{
	fail(data, name, result);
}

static void read_folder(struct import_reading *reading, int fd, const char *path)
{
	const struct import_folder_calls calls = { reading, read_found, pass_over, fail_found };
	size_t files = reading->files, failures = reading->failures, seen = reading->seen.count;

	import_folder_walk(fd, path, &calls);
	if (reading->files > files || reading->failures > failures || reading->seen.count > seen)
		return;
	output_message("import: no documents are in the folder %s: files that end in .json, .yaml or .yml", path);
	reading->failures++;
}

static void read_standard_input(struct import_reading *reading)
{
	struct stat status;

	if (reading->standard_input) {
		output_message("import: standard input was given twice");
		reading->failures++;
		return;
	}
	reading->standard_input = true;
	if (fstat(STDIN_FILENO, &status) < 0)
		fail(reading, "standard input", -errno);
	else
		read_open(reading, STDIN_FILENO, &status, "standard input", false);
}

void import_read(struct import_reading *reading, const char *path)
{
	struct stat status;

	if (strcmp(path, "-") == 0) {
		read_standard_input(reading);
		return;
	}
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		fail(reading, path, -errno);
	else if (S_ISDIR(status.st_mode))
		read_folder(reading, fd, path);
	else
		read_open(reading, fd, &status, path, false);
}

void import_read_end(struct import_reading *reading)
{
	CLEANUP(strbuf_release) struct strbuf names = { 0 };
	size_t count = reading->passed_over.count;

	if (reading->progress)
		output_progress_end();
	for (size_t i = 0; i < count && i < PASSED_OVER_SHOWN; i++)
		strbuf_format(&names, "%s%s", i ? ", " : "", reading->passed_over.items[i]);
	if (count > PASSED_OVER_SHOWN)
		strbuf_format(&names, " and %zu more", count - PASSED_OVER_SHOWN);
	if (count)
		output_message("import: passed over: %s", strbuf_text(&names));
}

void import_reading_release(struct import_reading *reading)
{
	vec_for_each (name, &reading->passed_over)
		free(*name);
	vec_release(&reading->passed_over);
	vec_release(&reading->seen);
}
