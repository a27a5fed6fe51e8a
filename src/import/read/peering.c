// SPDX-License-Identifier: GPL-2.0-or-later
// Reads VPC peering connections. Source: Amazon EC2 API Reference, VpcPeeringConnection.
#include <strings.h>

#include "import/read/row_parts.h"

static void read_side(struct import_reader *reader, const json_t *row, const char *key, size_t side,
		      struct aws_peering *peering)
{
	const json_t *info = member_object(reader, row, key);
	prefix_vec *blocks = &peering->blocks[side];
	struct prefix block;

	if (!info)
		return;
	peering->vpcs[side] = member_copy(reader, info, "VpcId");
	if (member_prefix(reader, info, "CidrBlock", &block))
		vec_push(blocks, block);
	for_each_object (reader, member_list(reader, info, "CidrBlockSet"), item)
		if (member_prefix(reader, item, "CidrBlock", &block))
			vec_push(blocks, block);
	for_each_object (reader, member_list(reader, info, "Ipv6CidrBlockSet"), item)
		if (member_prefix(reader, item, "Ipv6CidrBlock", &block))
			vec_push(blocks, block);
	blocks_order(blocks, NULL);
}

void read_peering(struct import_reader *reader, const json_t *row)
{
	struct aws_peering peering = { 0 };
	const json_t *status = member_object(reader, row, "Status");
	const char *code = status ? member_text(reader, status, "Code") : NULL;

	row_head(reader, row, "VpcPeeringConnectionId", NULL, "a peering connection", &peering.thing);
	peering.active = code && strcasecmp(code, "active") == 0;
	read_side(reader, row, "RequesterVpcInfo", 0, &peering);
	read_side(reader, row, "AccepterVpcInfo", 1, &peering);
	account_add(reader, &peerings_kind, &peering);
}
