// SPDX-License-Identifier: GPL-2.0-or-later
// One of the host's links that a jail has for a while: what it was, so that it can be given back as it was.
#ifndef VPCJAIL_KERNEL_LINK_DEVICE_NOTE_H
#define VPCJAIL_KERNEL_LINK_DEVICE_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "plan/uplink.h"

enum { DEVICE_KIND_SIZE = 16 };

typedef VEC(uint8_t) byte_vec;

// Flat, as it lies at the head of a note.
struct device_facts {
	char magic[8];
	char name[LINK_NAME_SIZE];
	char inside[LINK_NAME_SIZE];  // in the jail
	char kind[DEVICE_KIND_SIZE];  // the kernel's word; "" for hardware, which comes back by itself
	uint8_t mac[6];
	bool up;
	uint32_t index, mtu;
	uint32_t switches_length, messages_length;
	int64_t taken;  // seconds since the host started
};

struct device_note {
	struct device_facts facts;
	byte_vec switches;  // "ipv4/conf/eth1/rp_filter=0", a line each
	byte_vec messages;  // addresses, neighbours and routes as the kernel told them: netlink messages
};

// Looks at a link of this namespace, by name. -EOPNOTSUPP for one whose routes cannot be given back (of several ways,
// or of next hops that other routes share).
int device_note_take(const char *name, const char *inside, struct device_note *out, struct error *err);
void device_note_release(struct device_note *note);

// Writes it whole to fd, and reads one. -EBADMSG when the note was not finished: then nothing was done yet.
int device_note_write(const struct device_note *note, int fd, struct error *err);
int device_note_read(int fd, struct device_note *out, struct error *err);

// Gives the link back to this namespace: from the jail's, of which `inside` is a descriptor; with -1 it has left that
// already and is looked for here. Name, number, size of packets, switches, addresses, neighbours and routes are as they
// were. -ENODEV when it is not there.
int device_give_back(const struct device_note *note, int inside, struct error *err);

#endif
