// SPDX-License-Identifier: GPL-2.0-or-later
// Reads subnets. Source: Amazon EC2 API Reference, Subnet.
#include "import/read/row_parts.h"

void read_subnet(struct import_reader *reader, const json_t *row)
{
	struct aws_subnet subnet = { 0 };
	struct prefix block;

	row_head(reader, row, "SubnetId", "SubnetArn", "a subnet", &subnet.thing);
	subnet.vpc = member_required(reader, row, "VpcId", "a subnet");
	subnet.zone = member_copy(reader, row, "AvailabilityZone");
	subnet.public_addresses = member_known(reader, row, "MapPublicIpOnLaunch");
	thing_in_zone(&subnet.thing, subnet.zone);
	if (member_prefix(reader, row, "CidrBlock", &block))
		vec_push(&subnet.blocks, block);
	blocks_add_associated(reader, row, &ipv6_blocks, &subnet.blocks);
	blocks_order(&subnet.blocks, NULL);
	account_add(reader, &subnets_kind, &subnet);
}
