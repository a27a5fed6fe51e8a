// SPDX-License-Identifier: GPL-2.0-or-later
// The running jails of a user: see registry.h.
#include "kernel/control/registry.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "kernel/control/record.h"
#include "kernel/control/registry_folder.h"

void registry_state_release(struct registry_state *state)
{
	char *const texts[] = { state->id,      state->name, state->profile, state->digest,
				state->command, state->user, state->uplink,  state->control };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	*state = (struct registry_state){ 0 };
}

void registry_states_release(registry_state_vec *states)
{
	vec_for_each (state, states)
		registry_state_release(state);
	vec_release(states);
}

// A letter first: a name is neither an option nor a port.
int registry_check_name(const char *name, struct error *err)
{
	size_t length = strlen(name);
	bool fine = isalpha((unsigned char)name[0]) && length <= REGISTRY_NAME_MAXIMUM;

	for (size_t i = 0; fine && i < length; i++)
		fine = (unsigned char)name[i] < 0x80 && (isalnum((unsigned char)name[i]) || strchr("._-", name[i]));
	if (fine)
		return 0;
	return error_set(
	    err, -EINVAL,
	    "the name \"%.80s\" must begin with a letter and have at most %d letters, digits, dots, dashes "
	    "and underscores",
	    name, REGISTRY_NAME_MAXIMUM);
}

static int refuse_taken(int parent, const char *path, const char *name, struct error *err)
{
	int copy = openat(parent, ".", FOLDER_FLAGS);
	AUTO_CLOSEDIR DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	int result = 0;

	if (!folder)
		return error_set_errno(err, -errno, "cannot read %s", path);
	for (struct dirent *entry; result == 0 && (entry = readdir(folder));) {
		struct registry_state other = { 0 };
		if (entry->d_name[0] == '.' || registry_read(parent, path, entry->d_name, geteuid(), &other) < 0)
			continue;
		if (strcmp(other.name, name) == 0)
			result = error_set(err, -EEXIST,
					   "a jail called %s is running (vpcjail %d, %s); choose another --name", name,
					   (int)other.supervisor, other.id);
		registry_state_release(&other);
	}
	return result;
}

// Makes and locks a folder with a new id. A letter first, for the reason that a name has one.
static int make_folder(struct registry_entry *entry, int parent, const char *parent_path, struct error *err)
{
	enum { TRIES = 100 };
	char id[REGISTRY_ID_SIZE];
	uint32_t number;

	for (unsigned try = 0; try < TRIES; try++) {
		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
			return error_set_errno(err, -errno, "cannot draw a number");
		(void)snprintf(id, sizeof(id), "j%07x", number >> 4);
		if (mkdirat(parent, id, 0700) == 0)
			break;
		if (errno != EEXIST)
			return error_set_errno(err, -errno, "cannot make a folder in %s", parent_path);
	}
	entry->folder = openat(parent, id, FOLDER_FLAGS);
	// Root's `vpcjail ps` may hold the lock for a moment, to see whether anybody does.
	if (entry->folder < 0 || flock(entry->folder, LOCK_EX) < 0)
		return error_set_errno(err, -errno, "cannot lock a folder in %s", parent_path);
	entry->path = memory_format("%s/%s", parent_path, id);
	entry->state.id = memory_copy_text(id);
	entry->state.control = memory_format("%s/control", entry->path);
	return 0;
}

int registry_enter(struct registry_entry *entry, struct error *err)
{
	AUTO_FREE char *path = NULL;

	entry->folder = -1;
	AUTO_CLOSE int parent = registry_folder_open(&path, err);
	if (parent < 0)
		return parent;
	registry_sweep(parent);
	if (*entry->state.name && refuse_taken(parent, path, entry->state.name, err) < 0)
		return err->code;
	entry->state.supervisor = getpid();
	entry->state.owner = geteuid();
	entry->state.since = (int64_t)time(NULL);
	if (make_folder(entry, parent, path, err) < 0 || registry_write(entry, err) < 0) {
		struct registry_state kept = entry->state;
		entry->state = (struct registry_state){ 0 };
		registry_leave(entry);
		entry->state = kept;
		return err->code;
	}
	return 0;
}

// Whole or not at all: readers see the old one or the new one.
static int write_file(const struct registry_entry *entry, const char *name, const struct strbuf *text,
		      struct error *err)
{
	char other[32];

	(void)snprintf(other, sizeof(other), "%s.new", name);
	AUTO_CLOSE int fd = openat(entry->folder, other, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = fd < 0 ? -errno : io_write_all(fd, strbuf_text(text), text->length);
	if (result == 0 && renameat(entry->folder, other, entry->folder, name) < 0)
		result = -errno;
	return result < 0 ? error_set_errno(err, result, "cannot write %s/%s", entry->path, name) : 0;
}

int registry_write(const struct registry_entry *entry, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	const struct registry_state *state = &entry->state;
	char number[24];

	record_add(&text, "id", state->id);
	record_add(&text, "name", state->name);
	record_add(&text, "profile", state->profile);
	record_add(&text, "digest", state->digest);
	record_add(&text, "command", state->command);
	record_add(&text, "user", state->user);
	record_add(&text, "uplink", state->uplink);
	(void)snprintf(number, sizeof(number), "%d", (int)state->supervisor);
	record_add(&text, "supervisor", number);
	(void)snprintf(number, sizeof(number), "%lld", (long long)state->since);
	record_add(&text, "since", number);
	return write_file(entry, "state", &text, err);
}

void registry_leave(struct registry_entry *entry)
{
	char *slash = entry->path ? strrchr(entry->path, '/') : NULL;

	if (slash) {
		*slash = '\0';
		AUTO_CLOSE int parent = open(entry->path, FOLDER_FLAGS);
		registry_remove(parent, slash + 1);
	}
	free(entry->path);
	if (entry->folder >= 0)
		close(entry->folder);
	registry_state_release(&entry->state);
	*entry = (struct registry_entry){ .folder = -1 };
}
