// SPDX-License-Identifier: GPL-2.0-or-later
// Where the jail's host stands in the test range: addresses that the profile means nobody else by.
#ifndef VPCJAIL_VERIFY_SITE_H
#define VPCJAIL_VERIFY_SITE_H

#include "dns/reply.h"
#include "plan/link_request.h"
#include "verify/range.h"

struct site {
	struct range_plan range;
	struct link_request link;   // the jail's own address, where its link needs one
	dns_address_vec resolvers;  // at which the jail answers itself
};

// Chooses: on the first subnet of each family, or elsewhere where there is none. 0, or -EADDRINUSE when a subnet has no
// free address. Released by site_release.
int site_choose(const struct profile *profile, struct site *site, struct error *err);
void site_release(struct site *site);

// The jail's sink as a link: plan/network.c.
extern const struct board_link site_sink;

// Enters the host into the board.
void site_board(const struct site *site, struct board *board);

// The addresses with which nobody outside is meant: of the host, the jail, its sink and its resolver. Normalized.
void site_own(const struct site *site, struct prefix_set *out);

// The first and last addresses of the host's subnet: broadcasts. Normalized.
void site_broadcasts(const struct site *site, struct prefix_set *out);

// The home of who the job runs as; "" when it cannot be told.
void site_home(const char *user, char *out, size_t size);

#endif
