// SPDX-License-Identifier: GPL-2.0-or-later
// The test range: network namespaces of our own, in which a jail's host stands on a subnet that answers on every
// address.
//
// A process of the range's plays the outside: each TCP port of each address is open, UDP and ICMP echo, and port 53
// gives one address for every name. Nothing leaves the machine: the link's far end is that process.
#ifndef VPCJAIL_VERIFY_RANGE_H
#define VPCJAIL_VERIFY_RANGE_H

#include <sys/types.h>

#include "verify/board.h"

// How the jail's host stands in the range.
struct range_plan {
	const char *device;                      // its link
	struct host_address own[LINK_FAMILIES];  // its addresses; family NONE: none
	struct address gateways[LINK_FAMILIES];
	struct address resolver;  // that its resolv.conf names
	bool spare;               // it has another way out: its link may be taken away
};

// The hardware addresses of the ends of the host's link.
extern const uint8_t range_host_mac[6], range_outside_mac[6];

struct range {
	pid_t outside;             // the process that answers; 0: none
	int channel;               // to it
	int user, mount, network;  // namespaces of the host: descriptors; user -1 for root
};

#define RANGE_NONE                                                                                                     \
	{                                                                                                              \
		.channel = -1, .user = -1, .mount = -1, .network = -1                                                  \
	}

// Makes the range; as another user than root inside a user namespace. It ends with the calling process. 0 (range_close
// it), or a negative errno and nothing stands.
int range_open(const struct range_plan *plan, struct board *board, struct range *range, struct error *err);
void range_close(struct range *range);

// Moves the calling process, of one thread, into the namespaces of the jail's host, and proves that it is there.
int range_enter(const struct range *range, struct error *err);

// The same, into a jail's network namespace, with all rights over it.
int range_enter_jail(const struct range *range, int network, struct error *err);

// From here on the calling process ends with its parent, which is that one, or at once. To be called after namespaces
// are entered: whoever gains rights by that is spared again (PR_SET_PDEATHSIG in prctl(2)).
void range_end_with(pid_t parent);

// Waits until the range has seen all that was sent to it. 0 or a negative errno.
int range_settle(const struct range *range, struct error *err);

// A process at the other end of the jail's link. Zeroed with process 0: there is none.
struct beside {
	pid_t process;
	int channel;
};

#define BESIDE_NONE                                                                                                    \
	{                                                                                                              \
		.channel = -1                                                                                          \
	}

// Starts it for the link that the board tells of: on the range's host, or where the jail has no link in the jail's
// network namespace, at the other end of its sink. None for links that have no other end here. 0 or a negative errno.
int beside_open(const struct range *range, int network, struct board *board, struct beside *beside, struct error *err);
void beside_close(struct beside *beside);

// The same as of the range.
int beside_settle(const struct beside *beside, struct error *err);
int beside_send(const struct beside *beside, const struct board_host *to, size_t first, size_t count,
		struct error *err);

// Sends the packets of the rows [first, first + count) of kind ROW_INBOUND to a machine.
int range_send(const struct range *range, const struct board_host *to, size_t first, size_t count, struct error *err);

#endif
