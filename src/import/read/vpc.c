// SPDX-License-Identifier: GPL-2.0-or-later
// Reads VPCs and their attributes. Source: Amazon EC2 API Reference, Vpc, DescribeVpcAttribute.
#include "import/read/row_parts.h"

// The blocks of both sets; the one of "CidrBlock" first, as the VPC's resolver is in that.
static void read_blocks(struct import_reader *reader, const json_t *row, prefix_vec *blocks)
{
	struct prefix primary;
	bool has_primary = member_prefix(reader, row, "CidrBlock", &primary);

	blocks_add_associated(reader, row, &ipv4_blocks, blocks);
	if (has_primary && json_array_size(json_object_get(row, ipv4_blocks.set)) == 0)
		vec_push(blocks, primary);
	blocks_add_associated(reader, row, &ipv6_blocks, blocks);
	blocks_order(blocks, has_primary ? &primary : NULL);
}

void read_vpc(struct import_reader *reader, const json_t *row)
{
	struct aws_vpc vpc = { 0 };

	row_head(reader, row, "VpcId", NULL, "a VPC", &vpc.thing);
	read_blocks(reader, row, &vpc.blocks);
	vpc.dhcp_options = member_copy(reader, row, "DhcpOptionsId");
	account_add(reader, &vpcs_kind, &vpc);
}

static enum known read_attribute(struct import_reader *reader, const json_t *document, const char *key)
{
	const json_t *attribute = member_object(reader, document, key);

	return attribute ? member_known(reader, attribute, "Value") : KNOWN_NOT;
}

void read_vpc_attribute(struct import_reader *reader, const json_t *document)
{
	struct aws_vpc vpc = { 0 };

	row_head(reader, document, "VpcId", NULL, "an attribute of a VPC", &vpc.thing);
	vpc.dns_support = read_attribute(reader, document, "EnableDnsSupport");
	vpc.dns_hostnames = read_attribute(reader, document, "EnableDnsHostnames");
	account_add(reader, &vpcs_kind, &vpc);
}
