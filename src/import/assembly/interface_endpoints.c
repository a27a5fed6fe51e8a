// SPDX-License-Identifier: GPL-2.0-or-later
// An interface endpoint: its addresses, the ports by which it lets the job in, its names.
//
// Source: "Access an AWS service using an interface VPC endpoint" and "Manage DNS names" (AWS PrivateLink Guide). An
// interface endpoint is reached from every subnet of its VPC, also from zones in which it has no interface.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"
#include "profile/form.h"

typedef VEC(struct address) address_list;

static int compare_addresses(const void *a, const void *b)
{
	const struct prefix left = prefix_of_address(a), right = prefix_of_address(b);

	return compare_blocks(&left, &right);
}

static bool has_address(const address_list *list, const struct address *address)
{
	vec_for_each (known, list)
		if (address_equal(known, address))
			return true;
	return false;
}

// Through its interfaces: an endpoint says their ids alone. An address outside the VPC is not one of its interfaces'.
static void gather_addresses(struct building *building, const struct aws_endpoint *endpoint, address_list *addresses,
			     struct strbuf *missing)
{
	vec_for_each (id, &endpoint->interfaces) {
		const struct aws_interface *interface = find_interface(building, *id);

		if (!interface || !interface_is_placed(building, interface)) {
			strbuf_add_char(missing, ' ');
			command_add_word(missing, *id);
			continue;
		}
		vec_for_each (address, &interface->addresses) {
			struct prefix prefix = prefix_of_address(address);

			if (prefixes_cover(&building->assembly->cidrs, &prefix) && !has_address(addresses, address))
				vec_push(addresses, *address);
		}
	}
	if (addresses->count)
		qsort(addresses->items, addresses->count, sizeof(*addresses->items), compare_addresses);
}

void tell_interfaces(struct building *building, const struct aws_endpoint *endpoint, const struct strbuf *missing,
		     bool some)
{
	AUTO_FREE char *words = memory_format("describe-network-interfaces --network-interface-ids%s",
					      missing->length ? strbuf_text(missing) : "");

	if (!missing->length) {
		AUTO_STRBUF struct strbuf command = { 0 };

		strbuf_add(&command, "describe-vpc-endpoints --vpc-endpoint-ids ");
		command_add_word(&command, endpoint->thing.id);
		free(words);
		words = strbuf_steal(&command);
	}
	assume(
	    building,
	    memory_format("%snetwork interfaces of %s (%s)", some ? "some " : "the ", endpoint->thing.id,
			  endpoint->service),
	    memory_copy_text(some ? "it has the other addresses alone, and nothing else is reached in its other subnets"
				  : "the endpoint is left out, and nothing is reached in its subnets"),
	    command_for(building, words, NULL));
}

static void tell_groups(struct building *building, const struct aws_endpoint *endpoint, const struct door *door)
{
	AUTO_STRBUF struct strbuf words = { 0 };

	strbuf_add(&words, door->unknown.count ? "describe-security-groups --group-ids"
					       : "describe-vpc-endpoints --vpc-endpoint-ids ");
	if (!door->unknown.count)
		command_add_word(&words, endpoint->thing.id);
	vec_for_each (id, &door->unknown) {
		strbuf_add_char(&words, ' ');
		command_add_word(&words, *id);
	}
	assume(building,
	       memory_format("%s security groups of %s (%s)",
			     door->unknown.count < endpoint->groups.count ? "some" : "the", endpoint->thing.id,
			     endpoint->service),
	       memory_copy_text("they let nobody in"), command_for(building, strbuf_text(&words), NULL));
}

static void add_shared(const port_range_vec *a, const port_range_vec *b, port_range_vec *out)
{
	vec_for_each (left, a)
		vec_for_each (right, b) {
			struct port_range both = { left->first > right->first ? left->first : right->first,
						   left->last < right->last ? left->last : right->last };

			if (both.first <= both.last)
				vec_push(out, both);
		}
}

// A profile's endpoint has the same ports on all its addresses: those of a family that lets nobody in go, and of two
// that do both have what they share.
static void open_ports(struct building *building, const struct door *door, const address_list *addresses,
		       struct assembled_endpoint *out)
{
	bool ipv4 = false, ipv6 = false;

	vec_for_each (address, addresses) {
		ipv4 |= address->family == FAMILY_IPV4 && door->ipv4.count;
		ipv6 |= address->family == FAMILY_IPV6 && door->ipv6.count;
	}
	if (ipv4 && ipv6)
		add_shared(&door->ipv4, &door->ipv6, &out->ports);
	else if (ipv4 || ipv6)
		vec_for_each (range, ipv4 ? &door->ipv4 : &door->ipv6)
			vec_push(&out->ports, *range);
	vec_for_each (address, addresses) {
		bool open = out->ports.count && (address->family == FAMILY_IPV4 ? ipv4 : ipv6);

		struct prefix block = prefix_of_address(address);

		if (!open)
			shut_block(
			    building, &block,
			    memory_format("%s: its security groups do not let the job in", out->endpoint->thing.id));
		if (open || !out->ports.count)
			vec_push(&out->addresses, *address);
	}
}

// AWS turns private DNS of an endpoint on only while both attributes of the VPC are, so that its being on speaks for
// them where they are not given; and a name only resolves, it lets nothing through.
static bool private_dns_works(const struct building *building, const struct aws_endpoint *endpoint)
{
	const struct aws_vpc *vpc = building->assembly->vpc;

	return endpoint->private_dns == KNOWN_YES &&
	       (!vpc || (vpc->dns_support != KNOWN_NO && vpc->dns_hostnames != KNOWN_NO));
}

// Those that no host can have (with "*") are left out, and without private DNS the public ones.
static void add_names(const struct aws_endpoint *endpoint, struct assembled_endpoint *out)
{
	vec_for_each (name, &endpoint->names) {
		char *lower = memory_copy_text(*name);
		size_t length = strlen(lower);

		for (char *c = lower; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (length && lower[length - 1] == '.')
			lower[length - 1] = 0;
		if (form_host_name(lower) || (!out->private_dns && !strstr(lower, ".vpce.")) ||
		    id_vec_has(&out->names, lower))
			free(lower);
		else
			vec_push(&out->names, lower);
	}
	if (out->names.count)
		qsort(out->names.items, out->names.count, sizeof(*out->names.items), compare_words);
}

static void add(struct building *building, const struct aws_endpoint *endpoint, const struct door *door,
		const address_list *addresses)
{
	const struct assembly *assembly = building->assembly;
	const char *service = service_of_name(endpoint->service, assembly->selection->region);
	struct assembled_endpoint out = { .endpoint = endpoint,
					  .type = service ? ENDPOINT_INTERFACE : ENDPOINT_CUSTOM };

	out.service = memory_copy_text(service);
	out.name = service ? NULL : assembly_id("vpce", endpoint->thing.id);
	out.private_dns = private_dns_works(building, endpoint);
	add_names(endpoint, &out);
	open_ports(building, door, addresses, &out);
	if (out.ports.count && !id_vec_has(&endpoint->subnets, assembly->subnet->thing.id))
		out.note = memory_format("no interface in %s: reached across zones", assembly->subnet->thing.id);
	vec_push(&building->assembly->endpoints, out);
}

bool is_interface_endpoint(const struct building *building, const struct aws_endpoint *endpoint)
{
	return endpoint->type == AWS_ENDPOINT_INTERFACE && endpoint->available &&
	       region_fits(endpoint->thing.region, building->assembly->selection->region);
}

void interface_endpoint_add(struct building *building, const struct aws_endpoint *endpoint)
{
	CLEANUP(strbuf_release) struct strbuf missing = { 0 };
	CLEANUP(door_release) struct door door = { 0 };
	address_list addresses = { 0 };

	gather_addresses(building, endpoint, &addresses, &missing);
	if (missing.length || !addresses.count) {
		tell_interfaces(building, endpoint, &missing, addresses.count);
		shut_unknown_interfaces(building, endpoint);
	}
	if (addresses.count) {
		door_open(building, endpoint, &door);
		if (door.unknown.count || !endpoint->groups.count)
			tell_groups(building, endpoint, &door);
		add(building, endpoint, &door, &addresses);
	}
	vec_release(&addresses);
}

static const struct aws_endpoint *first_private_dns(const struct assembly *assembly)
{
	vec_for_each (endpoint, &assembly->endpoints)
		if (endpoint->private_dns)
			return endpoint->endpoint;
	return NULL;
}

// The resolver is denied until it is known to be on; an endpoint's private DNS was turned on where both attributes
// were.
void tell_dns_attributes(struct building *building)
{
	const struct assembly *assembly = building->assembly;
	const struct aws_vpc *vpc = assembly->vpc;
	const struct aws_endpoint *endpoint = first_private_dns(assembly);
	bool support = vpc && vpc->dns_support == KNOWN_NOT;
	bool hostnames = endpoint && (!vpc || vpc->dns_hostnames == KNOWN_NOT);
	const char *id = assembly->subnet->vpc;
	AUTO_STRBUF struct strbuf assumed = { 0 }, commands = { 0 };

	if (!support && !hostnames)
		return;
	strbuf_add(&assumed, support ? "no resolver is reached" : "");
	if (endpoint)
		strbuf_format(&assumed, "%sthe public names of %s lead to it, as its private DNS needs %s on",
			      support ? "; " : "", endpoint->thing.id, support == hostnames ? "both" : "it");
	if (support) {
		AUTO_FREE char *one =
		    command_for(building, "describe-vpc-attribute --attribute enableDnsSupport --vpc-id", id);
		strbuf_format(&commands, "%s%s", one, hostnames ? "; " : "");
	}
	if (hostnames) {
		AUTO_FREE char *other =
		    command_for(building, "describe-vpc-attribute --attribute enableDnsHostnames --vpc-id", id);
		strbuf_add(&commands, other);
	}
	assume(building,
	       memory_format("the attribute%s %s%s%s of %s", support && hostnames ? "s" : "",
			     support ? "enableDnsSupport" : "", support && hostnames ? " and " : "",
			     hostnames ? "enableDnsHostnames" : "", id),
	       strbuf_steal(&assumed), strbuf_steal(&commands));
}
