// SPDX-License-Identifier: GPL-2.0-or-later
// uplink: none. Whatever the profile allows, there is no link to carry it.
#include "policy/layer.h"

int uplink_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	(void)err;
	if (profile->network.uplink != UPLINK_NONE)
		return 0;
	layer_close(draft, VERDICT_DENY, &profile->network.uplink_at,
		    "allowed by the profile, but uplink: none carries nothing");
	return 0;
}
