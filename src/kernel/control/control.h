// SPDX-License-Identifier: GPL-2.0-or-later
// Messages over a control socket, and the client's side of it.
#ifndef VPCJAIL_KERNEL_CONTROL_CONTROL_H
#define VPCJAIL_KERNEL_CONTROL_CONTROL_H

#include "kernel/control/control_message.h"
#include "kernel/control/registry.h"
#include "kernel/launch/launch.h"

// Sends a message with its descriptors, which stay the caller's; flags: of sendmsg(2). 0 or a negative errno.
int control_send(int fd, const struct control_message *message, int flags, struct error *err);

// Receives one message; flags: of recvmsg(2). 1 with *message (release it), 0 when the other side is gone, or a
// negative errno: -EAGAIN with MSG_DONTWAIT, others mean that the other side is not to be talked to any more.
int control_receive(int fd, int flags, struct control_message *message, struct error *err);

// Connects to the supervisor of a jail. A descriptor or a negative errno.
int control_connect(const struct registry_state *jail, struct error *err);

// Sends a request and receives the answer, which must be of that kind. 0, or the error that the supervisor gave.
int control_ask(int fd, const struct control_message *request, enum control_kind kind, struct control_message *answer,
		struct error *err);

// What a running jail enforces.
struct enforced {
	struct profile profile;  // settled as it was at the launch
	char *difference;        // in what the kernel's rules are not its policy's; "": in nothing
};

// Asks the supervisor at the other end. 0 with the zeroed *enforced filled, or a negative errno; to be released in both
// cases.
int control_ask_policy(int fd, struct enforced *enforced, struct error *err);
void enforced_release(struct enforced *enforced);

// The listening control socket at path.
int control_listen(const char *path, struct error *err);

// Whether who connected may speak to us: this user from outside of any jail, or root.
bool control_may_speak(int fd);

#endif
