// SPDX-License-Identifier: GPL-2.0-or-later
// What is said over the control socket of a running jail: one message a datagram, framed, bounded and versioned.
//
// Both sides read messages of a peer that may be hostile: the supervisor those of whoever may connect, root's client
// those of a user's supervisor.
#ifndef VPCJAIL_KERNEL_CONTROL_CONTROL_MESSAGE_H
#define VPCJAIL_KERNEL_CONTROL_CONTROL_MESSAGE_H

#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/vec.h"

enum {
	CONTROL_VERSION = 1,
	CONTROL_TEXT_MAXIMUM = 96 * 1024,  // fits into the buffer of a socket as kernels make it
	CONTROL_WORDS_MAXIMUM = 4096,
	CONTROL_FDS = 3,
};

enum control_kind {
	// to the supervisor
	CONTROL_EXEC,     // words: a command, then variables; descriptors: its streams that are no terminal; answers:
			  // TERMINAL (when it has one), then STARTED or ERROR, then STATUS
	CONTROL_SIGNAL,   // value: for the command that this connection has started
	CONTROL_CONNECT,  // value: a port of the jail's loopback; answers CONNECTED or ERROR
	CONTROL_FORWARD,  // whether the profile lets ports be forwarded; answers ALLOWED or ERROR
	CONTROL_UPDATE,   // words: the profile's name; a descriptor: its text, sealed memory; answers UPDATED or ERROR
	// from the supervisor
	CONTROL_ERROR,      // value: negative errno; words: the step or "", the sentence
	CONTROL_TERMINAL,   // descriptor: master of the command's pseudo-terminal
	CONTROL_STARTED,    // the command is being executed
	CONTROL_STATUS,     // value: its wait status
	CONTROL_CONNECTED,  // descriptor: the connected socket
	CONTROL_ALLOWED,
	CONTROL_UPDATED,
	// to the supervisor
	CONTROL_POLICY,  // what is enforced now; answers ENFORCED or ERROR
	// from the supervisor
	CONTROL_ENFORCED,  // words: the profile's name, and in what the kernel's rules, read back just now, differ from
			   // that profile's, or ""; descriptors, sealed memory: its text, what is known of the host
			   // (plan/settled.h)
	CONTROL_KINDS
};

struct control_message {
	enum control_kind kind;
	int32_t value;
	uint16_t variables;      // of CONTROL_EXEC: how many of the words, from the end
	uint16_t terminals;      // of CONTROL_EXEC: bits of 0-2, which of its streams are a terminal
	uint16_t rows, columns;  // of the terminal
	VEC(char *) words;       // owned
	int fds[CONTROL_FDS];    // owned; -1 from fd_count on
	size_t fd_count;
};

// Releases words and closes descriptors.
void control_message_release(struct control_message *message);

void control_message_add(struct control_message *message, const char *word);

// The bytes of a message, without its descriptors. -E2BIG when there is more than a message holds.
int control_message_format(const struct control_message *message, struct strbuf *out, struct error *err);

// Reads bytes, whatever they are, as a message that came with so many descriptors. 0 with *message filled (fds are not
// looked at), or -EBADMSG, or -EPROTO for another version.
int control_message_parse(const void *bytes, size_t length, size_t fd_count, struct control_message *message,
			  struct error *err);

#endif
