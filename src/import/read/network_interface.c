// SPDX-License-Identifier: GPL-2.0-or-later
// Reads network interfaces, also those that instances list.
//
// Source: Amazon EC2 API Reference, NetworkInterface, InstanceNetworkInterface, Instance, Reservation.
#include <stdlib.h>

#include "import/read/row_parts.h"

static bool has_public(struct import_reader *reader, const json_t *object)
{
	const json_t *association = member_object(reader, object, "Association");

	return association && member_text(reader, association, "PublicIp");
}

// first: before all others, as the primary one is.
static void add_address(struct aws_interface *interface, const struct address *address, bool first)
{
	vec_for_each (known, &interface->addresses)
		if (address_equal(known, address))
			return;
	vec_push(&interface->addresses, *address);
	for (size_t i = interface->addresses.count - 1; first && i > 0; i--)
		interface->addresses.items[i] = interface->addresses.items[i - 1];
	if (first)
		interface->addresses.items[0] = *address;
}

// An old document has the primary one alone, by itself.
static void read_addresses(struct import_reader *reader, const json_t *row, struct aws_interface *interface)
{
	struct address address;
	bool has_primary = member_address(reader, row, "PrivateIpAddress", &address);

	if (has_primary)
		add_address(interface, &address, true);
	for_each_object (reader, member_list(reader, row, "PrivateIpAddresses"), item) {
		bool primary = member_known(reader, item, "Primary") == KNOWN_YES;
		interface->has_public |= has_public(reader, item);
		if (member_address(reader, item, "PrivateIpAddress", &address))
			add_address(interface, &address, primary && !has_primary);
	}
	for_each_object (reader, member_list(reader, row, "Ipv6Addresses"), item)
		if (member_address(reader, item, "Ipv6Address", &address))
			add_address(interface, &address, false);
}

static void read_interface(struct import_reader *reader, const json_t *row, const char *instance, const char *zone)
{
	struct aws_interface interface = { 0 };
	const json_t *attachment = member_object(reader, row, "Attachment");

	row_head(reader, row, "NetworkInterfaceId", NULL, "a network interface", &interface.thing);
	interface.vpc = member_copy(reader, row, "VpcId");
	interface.subnet = member_copy(reader, row, "SubnetId");
	interface.kind = member_copy(reader, row, "InterfaceType");
	interface.description = member_copy(reader, row, "Description");
	interface.instance = memory_copy_text(instance);
	if (!instance && attachment)
		interface.instance = member_copy(reader, attachment, "InstanceId");
	thing_in_zone(&interface.thing, zone ? zone : member_text(reader, row, "AvailabilityZone"));
	interface.has_public = has_public(reader, row);
	interface.groups_given = member_list(reader, row, "Groups");
	member_texts(reader, row, "Groups", "GroupId", &interface.groups);
	read_addresses(reader, row, &interface);
	vec_fit(&interface.groups);
	vec_fit(&interface.addresses);
	account_add(reader, &interfaces_kind, &interface);
}

void read_network_interface(struct import_reader *reader, const json_t *row)
{
	read_interface(reader, row, NULL, NULL);
}

void read_instance(struct import_reader *reader, const json_t *row)
{
	const json_t *placement = member_object(reader, row, "Placement");
	const char *zone = placement ? member_text(reader, placement, "AvailabilityZone") : NULL;
	const char *id = member_text(reader, row, "InstanceId");

	for_each_object (reader, member_list(reader, row, "NetworkInterfaces"), item)
		read_interface(reader, item, id, zone);
}

void read_reservation(struct import_reader *reader, const json_t *row)
{

	for_each_object (reader, member_list(reader, row, "Instances"), item)
		read_instance(reader, item);
}
