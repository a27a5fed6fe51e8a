// SPDX-License-Identifier: GPL-2.0-or-later
// --address, --gateway and --lease of `run` and `show --as plan`.
#ifndef VPCJAIL_CMD_LINK_OPTIONS_H
#define VPCJAIL_CMD_LINK_OPTIONS_H

#include "cmd/command.h"
#include "plan/uplink.h"

// Rows of struct option_row, which several commands share.
#define OPTIONS_LINK                                                                                                   \
	{ "address",                                                                                                   \
	  '\0',                                                                                                        \
	  "ADDRESS/LENGTH",                                                                                            \
	  OPTION_TEXTS,                                                                                                \
	  OPTION_OF(addresses),                                                                                        \
	  .help = "the jail's own address on the host's subnet (uplink macvlan, ipvlan, device)" },                    \
	    { "gateway",           '\0',                                                                               \
	      "ADDRESS",           OPTION_TEXTS,                                                                       \
	      OPTION_OF(gateways), .help = "the router of that subnet, where the profile reaches beyond it" },         \
	{                                                                                                              \
		"lease", '\0', "FILE", OPTION_TEXT, OPTION_OF(lease),                                                  \
		    .completes = COMPLETES_PATH,                                                                       \
		    .help = "both from a DHCP lease, as dhclient or systemd-networkd writes it"                        \
	}

// Whether any of them was given.
bool link_options_given(const struct invocation *invocation);

// Understands them. 0 or a negative errno with what is wrong: also a lease that has ended.
int link_options_read(const struct invocation *invocation, struct link_request *out, struct error *err);

#endif
