// SPDX-License-Identifier: GPL-2.0-or-later
// Ways out that are no packets, tried: some of the table of doors (plan/doors.h), each with what opens it.
//
// To add one: a row in doors.c under the name of its door. Whether the launch at hand closes it is the plan's word;
// that it is one at all is shown outside of the jail, where it must get through.
#ifndef VPCJAIL_VERIFY_DOORS_H
#define VPCJAIL_VERIFY_DOORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// What stands outside for the doors to lead to. It is told to the probe as words (doors_world_words).
struct doors_world {
	pid_t outside;   // a process
	unsigned mark;   // by which its sockets are named: nobody else can have taken the names
	int descriptor;  // a number under which a socket of the outside is open; -1: none
	char home[256];  // of who the job runs as
};

enum { DOORS_WORDS = 4, DOORS_WORD = 256 };

// The world as words, and the words as the world of this process.
void doors_world_words(const struct doors_world *world, char words[DOORS_WORDS][DOORS_WORD]);
void doors_world_set(char *const words[DOORS_WORDS]);

// Puts secrets into the environment, made up, that a launch takes away unless the profile keeps them.
void doors_set_secrets(void);

// The variable by which a door is tried; NULL: by none.
const char *doors_secret(size_t index);

extern const size_t verify_door_count;

// The name of a door in the table; a literal.
const char *verify_door_name(size_t index);

// Whether it is among the few that are always tried.
bool verify_door_is_quick(size_t index);

// Whether it leads to something that is put there for it: without the jail it must be open.
bool verify_door_is_ours(size_t index);

// Tries one, in a child: OUTCOME_THROUGH, OUTCOME_ABSENT, OUTCOME_SILENT, or an errno.
int verify_door_try(size_t index);

// Becomes a process to which the doors lead, in the namespaces that it is called in: it writes its number (a pid_t, as
// it sees it) to the descriptor when all that it has stands, and listens until it gets SIGTERM or its parent ends. Then
// it takes away what it has in folders.
_Noreturn void doors_outside_run(unsigned mark, pid_t parent, int ready);

// The port, of TCP, at which it listens on all addresses of its host.
enum { DOORS_PORT = 7007 };

#endif
