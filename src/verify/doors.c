// SPDX-License-Identifier: GPL-2.0-or-later
// Ways out that are no packets: see doors.h.
#include "verify/doors.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verify/board.h"
#include "verify/doors_rows.h"

struct doors_world doors_world = { .descriptor = -1 };

#define QUICK(name_) { #name_, door_##name_, true },
#define FULL(name_) { #name_, door_##name_, false },
static const struct {
	const char *name;
	int (*try)(void);  // 0: it got through; else the errno that kept it from it
	bool quick;
} rows[] = { DOOR_ROWS(QUICK, FULL) };

const size_t verify_door_count = sizeof(rows) / sizeof(rows[0]);

const char *verify_door_name(size_t index)
{
	return rows[index].name;
}

bool verify_door_is_quick(size_t index)
{
	return rows[index].quick;
}

void doors_world_words(const struct doors_world *world, char words[DOORS_WORDS][DOORS_WORD])
{
	(void)snprintf(words[0], DOORS_WORD, "%d", (int)world->outside);
	(void)snprintf(words[1], DOORS_WORD, "%d", world->descriptor);
	(void)snprintf(words[2], DOORS_WORD, "%s", world->home);
	(void)snprintf(words[3], DOORS_WORD, "%u", world->mark);
}

void doors_world_set(char *const words[DOORS_WORDS])
{
	doors_world.outside = (pid_t)strtol(words[0], NULL, 10);
	doors_world.descriptor = (int)strtol(words[1], NULL, 10);
	(void)snprintf(doors_world.home, sizeof(doors_world.home), "%s", words[2]);
	doors_world.mark = (unsigned)strtoul(words[3], NULL, 10);
}

static const struct {
	const char *door, *name;
} secrets[] = { { "environment_aws", "AWS_SECRET_ACCESS_KEY" }, { "environment_models", "HF_TOKEN" } };

void doors_set_secrets(void)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		(void)setenv(secrets[i].name, "vpcjail-verify", 1);
}

const char *doors_secret(size_t index)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strcmp(secrets[i].door, rows[index].name) == 0)
			return secrets[i].name;
	return NULL;
}

bool verify_door_is_ours(size_t index)
{
	static const char *const ours[] = { "descriptor_socket", "process_list",       "process_signal",
					    "abstract_stream",   "socket_tmp",         "socket_shm",
					    "file_tmp",          "tcp4_loopback",      "tcp6_loopback",
					    "environment_aws",   "environment_models", "process_signal_descriptor" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcmp(ours[i], rows[index].name) == 0)
			return true;
	return false;
}

// What says that there is no such thing here.
static int outcome_of(int code)
{
	static const int absent[] = {
		ENOSYS, EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, ENODEV, ENXIO, EOPNOTSUPP
	};

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		if (code == absent[i])
			return OUTCOME_ABSENT;
	return code == 0 ? OUTCOME_THROUGH : code;
}

// A filter may kill who tries.
static int outcome_of_child(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return OUTCOME_NOT_TRIED;
	return WIFEXITED(status) ? outcome_of(WEXITSTATUS(status)) : EPERM;
}

int verify_door_try(size_t index)
{
	enum { SECONDS = 2 };
	pid_t child = index < verify_door_count ? fork() : -1;

	if (child < 0)
		return OUTCOME_NOT_TRIED;
	if (child > 0)
		return outcome_of_child(child);
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(SECONDS);
	_exit(rows[index].try());
}
