// SPDX-License-Identifier: GPL-2.0-or-later
// Which route table is a subnet's, and whether a route of it leads out: see selection.h.
#include "import/read/forms.h"
#include "import/selection/parts.h"
#include "net/private_space.h"

// The only table that is meant; documents that name two are of no help.
static const struct aws_route_table *only_table(const struct account *account, const struct aws_subnet *subnet,
						bool main)
{
	const struct aws_route_table *found = NULL;

	vec_for_each (table, &account->route_tables) {
		bool meant = main ? table->main && text_equal(table->vpc, subnet->vpc)
				  : id_vec_has(&table->subnets, subnet->thing.id);

		if (!meant || !region_fits(table->thing.region, subnet->thing.region))
			continue;
		if (found)
			return NULL;
		found = table;
	}
	return found;
}

static bool has_own_table(const struct account *account, const struct aws_subnet *subnet)
{
	vec_for_each (table, &account->route_tables)
		if (id_vec_has(&table->subnets, subnet->thing.id) &&
		    region_fits(table->thing.region, subnet->thing.region))
			return true;
	return false;
}

// Whether another table may be the subnet's own: one of another page, or one that it comes to or goes
// from.
static bool may_have_another(const struct account *account, const struct aws_subnet *subnet)
{
	for (size_t i = 0; i < import_form_count; i++)
		if (import_forms[i].read == read_route_table && form_is_open(account, i))
			return true;
	vec_for_each (table, &account->route_tables)
		if (id_vec_has(&table->unsettled, subnet->thing.id) &&
		    region_fits(table->thing.region, subnet->thing.region))
			return true;
	return false;
}

const struct aws_route_table *subnet_route_table(const struct account *account, const struct aws_subnet *subnet,
						 bool *main)
{
	*main = !has_own_table(account, subnet);
	if (*main && may_have_another(account, subnet))
		return NULL;
	return only_table(account, subnet, *main);
}

bool route_is_public(const struct aws_route *route)
{
	bool private = !route->is_list && private_networks_cover(&route->prefix);

	if (route->blackhole)
		return false;
	switch (route->target) {
	case TARGET_LOCAL:
		return false;
	case TARGET_ENDPOINT:
		return !route->is_list && !private;  // a gateway load balancer's: an appliance
	case TARGET_INTERNET_GATEWAY:
	case TARGET_EGRESS_ONLY_GATEWAY:
		return true;
	case TARGET_NAT_GATEWAY:  // also a private one
	case TARGET_PEERING:
	case TARGET_TRANSIT_GATEWAY:
	case TARGET_VPN_GATEWAY:
	case TARGET_INTERFACE:
	case TARGET_OTHER:
		return !private;
	}
	return true;
}
