// SPDX-License-Identifier: GPL-2.0-or-later
// Endpoints of an imported profile. See part.h.
//
// A service of somebody else is written as an interface too, never as a custom endpoint: of an interface the policy
// holds the ports that its own groups leave open, of a custom one it does not.
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"
#include "profile/check.h"
#include "profile/form.h"

void text_draft_release(struct text_draft *draft)
{
	vec_for_each (endpoint, &draft->endpoints) {
		free(endpoint->name);
		vec_release(&endpoint->addresses);
		vec_release(&endpoint->ports);
	}
	vec_release(&draft->endpoints);
	vec_release(&draft->closed);
	free(draft->closed_list);
	vec_release(&draft->lists);
	vec_release(&draft->cidrs);
	vec_release(&draft->subnets);
}

static bool is_in_vpc(const struct text_draft *draft, const struct address *address)
{
	const prefix_vec *blocks = draft->cidrs.count ? &draft->cidrs : &draft->subnets;
	struct prefix own = prefix_of_address(address);

	if (!check_is_ordinary(&own))
		return false;
	vec_for_each (block, blocks)
		if (prefix_contains(block, address))
			return true;
	return false;
}

static bool same_endpoint(const struct assembled_endpoint *a, const struct assembled_endpoint *b)
{
	return a->endpoint && a->endpoint == b->endpoint;
}

static void add_addresses(const struct text_draft *draft, const struct assembled_endpoint *from,
			  struct text_endpoint *to)
{
	vec_for_each (address, &from->addresses) {
		bool known = !is_in_vpc(draft, address);
		vec_for_each (other, &to->addresses)
			known = known || address_equal(other, address);
		if (!known)
			vec_push(&to->addresses, *address);
	}
}

static void intersect_ports(port_range_vec *ports, const port_range_vec *with)
{
	port_range_vec both = { 0 };

	vec_for_each (range, ports)
		vec_for_each (other, with) {
			struct port_range part = { range->first > other->first ? range->first : other->first,
						   range->last < other->last ? range->last : other->last };
			if (part.first <= part.last)
				vec_push(&both, part);
		}
	vec_release(ports);
	port_ranges_normalize(&both);
	*ports = both;
}

// What a subnet does not have limits nothing there.
static void gather(const struct text_draft *draft, struct text_endpoint *to)
{
	bool any = false;

	for (size_t i = 0; i < draft->count; i++)
		vec_for_each (from, &draft->assemblies[i].endpoints) {
			if (from != to->of && !same_endpoint(from, to->of))
				continue;
			add_addresses(draft, from, to);
			if (any)
				intersect_ports(&to->ports, &from->ports);
			else
				vec_for_each (range, &from->ports)
					vec_push(&to->ports, *range);
			any = true;
		}
	port_ranges_normalize(&to->ports);
}

static const char *why_no_gateway(const struct text_draft *draft, const struct text_endpoint *endpoint)
{
	const struct assembled_list *list = text_list(draft, endpoint->of->list);

	if (!list)
		return "the entries of its prefix list were not given";
	if (!draft->region)
		return "its Region is not known";
	if (!endpoint->service)
		return "its service has no name that a profile could have";
	if (text_vpc_families(draft) && !(text_vpc_families(draft) & text_families(&list->entries)))
		return "its prefix list has no address of a family that the VPC has";
	return NULL;
}

static void decide(const struct text_draft *draft, struct text_endpoint *endpoint)
{
	const struct assembled_endpoint *of = endpoint->of;
	const char *service = of->service ? of->service : of->name;

	endpoint->service = service && !form_service(service) ? service : NULL;
	if (of->type == ENDPOINT_GATEWAY) {
		endpoint->why = why_no_gateway(draft, endpoint);
		endpoint->written = !endpoint->why;
		return;
	}
	if (!endpoint->addresses.count)
		endpoint->why = "no address of it in the VPC is known";
	else if (!draft->region)
		endpoint->why = "its Region is not known";
	else if (!endpoint->service)
		endpoint->why = "its service has no name that a profile could have";
	else if (!endpoint->ports.count)
		endpoint->why = "its security groups do not let the job in";
	endpoint->closed = endpoint->why && endpoint->addresses.count;
	endpoint->written = endpoint->addresses.count && draft->region && endpoint->service;
}

static bool is_title(const struct text_draft *draft, const char *name)
{
	vec_for_each (endpoint, &draft->endpoints) {
		const char *title = endpoint->name ? endpoint->name : endpoint->service;
		if (endpoint->written && strcmp(title, name) == 0)
			return true;
	}
	return false;
}

// Two of one service have names of their own: by their id, else by a number.
static char *own_name(const struct text_draft *draft, const struct text_endpoint *endpoint)
{
	const char *id = endpoint->of->endpoint ? endpoint->of->endpoint->thing.id : NULL;

	if (!is_title(draft, endpoint->service))
		return NULL;
	if (id && !form_endpoint_name(id) && !is_title(draft, id))
		return memory_copy_text(id);
	for (unsigned number = 2;; number++) {
		char *name = memory_format("endpoint-%u", number);
		if (!is_title(draft, name))
			return name;
		free(name);
	}
}

static bool is_gathered(const struct text_draft *draft, const struct assembled_endpoint *of)
{
	vec_for_each (endpoint, &draft->endpoints)
		if (same_endpoint(endpoint->of, of))
			return true;
	return false;
}

void text_draft_endpoints(struct text_draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		vec_for_each (of, &draft->assemblies[i].endpoints) {
			struct text_endpoint endpoint = { .of = of };
			if (is_gathered(draft, of))
				continue;
			gather(draft, &endpoint);
			decide(draft, &endpoint);
			if (endpoint.written)
				endpoint.name = own_name(draft, &endpoint);
			vec_push(&draft->endpoints, endpoint);
		}
}

bool text_has_gateway(const struct text_draft *draft, const char *list)
{
	vec_for_each (endpoint, &draft->endpoints)
		if (endpoint->written && endpoint->of->type == ENDPOINT_GATEWAY &&
		    strcmp(endpoint->of->list, list) == 0)
			return true;
	return false;
}

static void add_interface(const struct text_endpoint *endpoint, struct node *row)
{
	struct node *addresses = node_new(NODE_SEQUENCE), *ports = node_new(NODE_SEQUENCE);
	struct node *names = node_new(NODE_SEQUENCE);
	char out[12];

	vec_for_each (address, &endpoint->addresses)
		node_append(addresses, text_address(address));
	vec_for_each (range, &endpoint->ports)
		node_append(ports, node_scalar(port_range_print(range, out)));
	vec_for_each (name, &endpoint->of->names)
		if (!form_host_name(*name))
			node_append(names, node_scalar(*name));
	node_set(row, "addresses", addresses);
	if (endpoint->ports.count)
		node_set(row, "ports", ports);
	else
		node_free(ports);  // closed by a route: an endpoint without ports cannot be written
	if (!endpoint->of->private_dns || !endpoint->of->service)
		node_set(row, "private-dns", node_scalar("no"));
	if (names->items.count)
		node_set(row, "names", names);
	else
		node_free(names);
}

static struct node *endpoint_row(const struct text_endpoint *endpoint)
{
	bool gateway = endpoint->of->type == ENDPOINT_GATEWAY;
	struct node *row = node_new(NODE_MAPPING);

	row->style = NODE_STYLE_FLOW;
	node_set(row, "service", node_scalar(endpoint->service));
	if (endpoint->name)
		node_set(row, "name", node_scalar(endpoint->name));
	node_set(row, "type", node_scalar(gateway ? "gateway" : "interface"));
	if (gateway)
		node_set(row, "prefix-list", node_scalar(endpoint->of->list));
	else
		add_interface(endpoint, row);
	return row;
}

static void leave_out(const struct text_endpoint *endpoint, const char *id, struct node *rows)
{
	const struct assembled_endpoint *of = endpoint->of;
	AUTO_STRBUF struct strbuf text = { 0 };

	strbuf_format(&text, "%s: ", endpoint->closed ? "left out, and its addresses are black holes" : "left out");
	strbuf_add(&text, id);
	if (of->service || of->name) {
		strbuf_add(&text, ", ");
		text_foreign(&text, of->service ? of->service : of->name);
	}
	strbuf_format(&text, ": %s", endpoint->why);
	node_add_after(rows, strbuf_text(&text));
}

struct node *text_endpoints(const struct text_draft *draft)
{
	struct node *rows;

	if (!draft->endpoints.count)
		return NULL;
	rows = node_new(NODE_SEQUENCE);
	vec_for_each (endpoint, &draft->endpoints) {
		AUTO_FREE char *id = text_thing_name(endpoint->of->endpoint ? &endpoint->of->endpoint->thing : NULL);
		AUTO_FREE char *note = text_foreign_value(endpoint->of->note);
		if (!endpoint->written) {
			leave_out(endpoint, id, rows);
			node_add_after(rows, note);
			continue;
		}
		struct node *row = endpoint_row(endpoint);
		node_add_note(row, note);
		AUTO_FREE char *closed =
		    memory_format("%s, closed by a route: %s", id, endpoint->why ? endpoint->why : "");
		node_set_aside(row, endpoint->closed ? closed : id);
		node_append(rows, row);
	}
	return rows;
}
