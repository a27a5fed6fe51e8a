// SPDX-License-Identifier: GPL-2.0-or-later
// The socket pair between the supervisor and what runs inside: one message a datagram, each with at most one
// descriptor.
#ifndef VPCJAIL_KERNEL_LOOP_CHANNEL_H
#define VPCJAIL_KERNEL_LOOP_CHANNEL_H

#include "base/error.h"

enum message_kind {
	MESSAGE_ERROR,     // error: a step failed; nothing runs
	MESSAGE_LOG,       // descriptor: the namespace's NFLOG socket
	MESSAGE_COUNTED,   // descriptor: a socket of its connection tracking
	MESSAGE_SOCKETS,   // descriptor: a socket to ask about the namespace's sockets (sock_diag(7))
	MESSAGE_NOTICES,   // descriptor: where the kernel asks about calls (seccomp_unotify(2)); or value: negative
			   // errno
	MESSAGE_RULES,     // descriptor: a socket to the namespace's nf_tables; number: of its rules' generation
	MESSAGE_WATCH,     // descriptor: a socket that hears of every change of them
	MESSAGE_ROUTES,    // descriptor: a socket to its links and routes; value: the number of its link, 0 without
	MESSAGE_DNS,       // descriptor: a socket of the job's resolver
	MESSAGE_TERMINAL,  // descriptor: the master of the jail's pseudo-terminal
	MESSAGE_STARTED,   // descriptor: a pidfd of the workload; number: the inode of its user namespace
	MESSAGE_STOPPED,   // the workload was stopped from its terminal
	MESSAGE_STATUS,    // value: the workload's wait status
	MESSAGE_UPLINK,    // to init: the link is there
	MESSAGE_LISTENER,  // descriptor: a listening socket of network.host-ports; value: the port
	MESSAGE_SIGNAL,    // to init, value: send this signal to the workload's process group

	// About what was asked for over the control socket; number: the supervisor's for it.
	MESSAGE_EXEC,         // to init, descriptor: where the new process is told what to execute
	MESSAGE_EXEC_SIGNAL,  // to init, value: send this signal to that command's process group
	MESSAGE_EXEC_ENDED,   // value: its wait status
	MESSAGE_CONNECT,      // to init, value: a port of the loopback to connect to
	MESSAGE_CONNECTED,    // descriptor: the socket; or value: negative errno
};

struct message {
	enum message_kind kind;
	int value;
	unsigned number;
	struct error error;
};

// A close-on-exec SOCK_SEQPACKET pair. 0 or a negative errno.
int channel_open(int ends[2], struct error *err);

// Sends one message, with a descriptor unless fd < 0. 0 or a negative errno. No allocation: fit for a child.
int channel_send(int channel, const struct message *message, int fd);

// Waits until there is a message, or the other side is gone.
void channel_await(int channel);

// Receives one message; *fd is the passed descriptor (close-on-exec, the caller's) or -1.
// 1 for a message, 0 when the other side is gone, or a negative errno (-EAGAIN: nothing there).
int channel_receive(int channel, struct message *message, int *fd);

#endif
