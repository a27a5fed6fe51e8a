// SPDX-License-Identifier: GPL-2.0-or-later
// What a link carries, as prefixes. Inside src/plan only.
#ifndef VPCJAIL_PLAN_LINK_ROUTES_H
#define VPCJAIL_PLAN_LINK_ROUTES_H

#include "plan/uplink.h"

// The addresses that the layers let through, both ways.
void link_reached(const struct policy *policy, struct prefix_set *out);

// What the link carries under that policy as routes; none is a default route, which leads to the sink, always: there
// are two halves instead.
void link_find_routes(const struct link_plan *link, const struct policy *policy, prefix_vec *routes);

// Of the routes of one family, those on the own subnet become neighbours; the others lie behind the gateway.
// -EHOSTUNREACH when there is none.
int link_divide_routes(struct link_plan *link, size_t index, struct error *err);

bool link_has_family(const prefix_vec *routes, size_t index);
void link_drop_family(prefix_vec *routes, size_t index);

#endif
