// SPDX-License-Identifier: GPL-2.0-or-later
// The supervisor's side of the control socket: a source of its loop a client. Private to src/kernel.
#ifndef VPCJAIL_KERNEL_CONTROL_CONTROL_SERVER_H
#define VPCJAIL_KERNEL_CONTROL_CONTROL_SERVER_H

#include <time.h>

#include "kernel/control/control.h"
#include "kernel/launch/launch_state.h"

enum { CLIENTS_MAXIMUM = EXEC_MAXIMUM };  // what they may wait for at a time fits into the channel to init

enum client_state {
	CLIENT_IDLE,        // nothing asked
	CLIENT_CONNECTING,  // waits for init's socket
	CLIENT_EXECUTING,   // a command of its runs
};

struct control_client {
	struct launch *launch;
	enum client_state state;
	int fd;                   // -1: it went away, and its command is being ended
	int inside;               // to the process that will execute the command; -1 once it does
	unsigned number;          // of what it asked for
	int port;                 // of CLIENT_CONNECTING
	struct timespec kill_at;  // tv_sec 0: not yet
};

struct control_server {
	int listener;
	VEC(struct control_client *) clients;
	unsigned last_number;
};

// Listens at the registry's path. 0 or a negative errno.
int control_server_open(struct launch *launch, struct error *err);

// Closes the listener and forgets the clients; those are gone with the loop's sources before.
void control_server_close(struct launch *launch);

// Answers a client; one that does not take it is forgotten. Whether it is still there.
bool control_answer(struct control_client *client, const struct control_message *answer);
bool control_answer_error(struct control_client *client, const struct error *err);

// control_exec.c: starts what the client asks for; what comes of it.
void control_exec(struct control_client *client, const struct control_message *request);
void control_exec_heard(struct control_client *client);  // client->inside has something
void control_exec_left(struct control_client *client);   // the client went away
void control_exec_ended(struct control_client *client, int status);

// control_update.c: swaps the policy; the answer.
int control_update(struct launch *launch, const struct control_message *request, struct error *err);

// control_policy.c: what is enforced, and whether the kernel says the same. The answer is the caller's to release in
// both cases.
int control_policy(const struct launch *launch, struct control_message *answer, struct error *err);

// kernel/launch/stdio.c: whether a descriptor may be a command's standard stream as it is: files, pipes, harmless
// devices.
int stdio_check(int fd, int number, struct error *err);

#endif
