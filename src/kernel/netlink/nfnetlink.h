// SPDX-License-Identifier: GPL-2.0-or-later
// nf_tables and its log over netlink: sending and receiving, nothing else (what is sent, src/nft makes).
//
// Every socket belongs to the network namespace that the caller stands in when it opens it, and stays with it. The
// caller has proved that this is not the host's: nothing here can tell.
#ifndef VPCJAIL_KERNEL_NETLINK_NFNETLINK_H
#define VPCJAIL_KERNEL_NETLINK_NFNETLINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "nft/log_event.h"
#include "nft/ruleset.h"

// Opens a socket (*fd: the caller closes it; close-on-exec). *limit is what one batch may have, for ruleset_batches:
// 0 (none) where the buffers could be raised at will, else what this user may use.
int nfnetlink_open(int *fd, size_t *limit, struct error *err);

// Sends one batch and reads the acknowledgement of each message, in sequence. Anything but a yes to all: a negative
// errno, with the message that failed, and the kernel has taken nothing of the batch.
int nfnetlink_commit(int fd, const struct nft_batch *batch, struct error *err);

// Everything nf_tables has in the namespace, of one generation: *dump (release it with nft_dump_release).
int nfnetlink_dump(int fd, struct nft_dump *dump, struct error *err);

// Of that, the rules alone: with their counters.
int nfnetlink_dump_rules(int fd, struct nft_dump *dump, struct error *err);
void nft_dump_release(struct nft_dump *dump);

// The kernel's number of the rules as they are: each transaction raises it by one.
int nfnetlink_generation(int fd, uint32_t *generation, struct error *err);

// By which the kernel says of a transaction that it came from that socket.
uint32_t nfnetlink_port(int fd);

// Opens a socket that hears of every transaction in the namespace (*fd: as above). buffer: bytes that announcements may
// wait in, a bound and no allocation; 0: as many as sockets have by themselves.
int nfnetlink_watch_open(int *fd, int buffer, struct error *err);

// A transaction, as it is announced.
struct rules_change {
	uint32_t port;     // of the socket that it came from
	uint32_t process;  // its number outside, 0 when it is not told
	char name[16];     // of the process; "" likewise
};

struct watch_sink {
	void *data;
	bool (*counts)(void *data, const char *table);  // NULL: every transaction; else those that touch such a table
	bool touched;                                   // of the sink alone: the transaction that is being read does
	void (*change)(void *data, const struct rules_change *change);
	bool lost;  // set when announcements did not fit into the socket's buffer
};

// Reads all there is, without waiting, and calls sink->change for each. 0, or a negative errno.
int nfnetlink_watch_read(int fd, struct watch_sink *sink, struct error *err);

// Whether there is any table.
int nfnetlink_has_tables(int fd, bool *has_tables, struct error *err);

// Opens a socket bound to an NFLOG group (*fd: the caller closes it; close-on-exec, read without waiting). Events come
// in groups of up to 32, at the latest after a tenth of a second.
int nfnetlink_log_open(unsigned group, int *fd, struct error *err);

// Makes the kernel hand over what it holds back and ends the binding: what nfnetlink_log_read then gives is all.
int nfnetlink_log_flush(int fd, unsigned group, struct error *err);

// What is not given is done without.
struct log_sink {
	void *data;
	void (*event)(void *data, const struct log_event *event);
	void (*arrived)(void *data);  // before the events of each message from the kernel, which has many
	uint8_t *buffer;              // NETLINK_BUFFER_SIZE bytes, of who calls often
	unsigned most;                // messages to read at once, for who has other things to do
	uint64_t lost;     // raised by one for each overrun of the socket's buffer: an unknown number of events
	uint64_t foreign;  // raised by one for each message that is no event of ours
};

// Reads what there is, without waiting, and calls sink->event for each. 0: that was all; 1: there may be more than
// sink->most; or a negative errno.
int nfnetlink_log_read(int fd, struct log_sink *sink, struct error *err);

#endif
