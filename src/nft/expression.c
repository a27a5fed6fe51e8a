// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's expressions through libnftnl.
#include "nft/expression.h"

#include <libnftnl/expr.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>

#include "base/memory.h"

static struct nftnl_expr *expression_add(struct linear *linear, const char *name)
{
	struct nftnl_expr *expression = memory_must(nftnl_expr_alloc(name));

	nftnl_rule_add_expr(linear->rule, expression);
	return expression;
}

static void load_meta(struct linear *linear, uint32_t key)
{
	struct nftnl_expr *expression = expression_add(linear, "meta");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static struct nftnl_expr *load_ct(struct linear *linear, uint32_t key)
{
	struct nftnl_expr *expression = expression_add(linear, "ct");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	return expression;
}

static void load_fib(struct linear *linear, uint32_t result)
{
	struct nftnl_expr *expression = expression_add(linear, "fib");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_RESULT, result);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_SADDR);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
}

static void load_payload(struct linear *linear, uint32_t base, uint32_t offset, uint32_t length)
{
	struct nftnl_expr *expression = expression_add(linear, "payload");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_LEN, length);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
}

void expression_learn(struct linear *linear, enum selector selector, const uint8_t *value)
{
	if (selector == SELECT_NFPROTO)
		linear->family = value[0] == NFPROTO_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6;
	if (selector == SELECT_PROTOCOL && value[0] == ETH_P_IP >> 8 && value[1] == (ETH_P_IP & 0xff))
		linear->family = FAMILY_IPV4;
	if (selector == SELECT_PROTOCOL && value[0] == ETH_P_IPV6 >> 8 && value[1] == (ETH_P_IPV6 & 0xff))
		linear->family = FAMILY_IPV6;
	if (selector == SELECT_PROTOCOL && value[0] == ETH_P_ARP >> 8 && value[1] == (ETH_P_ARP & 0xff))
		linear->arp = true;
	if (selector == SELECT_L4PROTO)
		linear->protocol = value[0];
}

static void depend(struct linear *linear, enum selector selector, uint32_t number)
{
	struct value value = value_of_number(selector, number);

	load_meta(linear, selector_rows[selector].key);
	expression_compare(linear, NFT_CMP_EQ, value.bytes, selector_rows[selector].length);
	expression_learn(linear, selector, value.bytes);
}

// Where a device has the hook, the family is told by the frame's protocol.
static void depend_on_family(struct linear *linear, enum family family)
{
	bool ipv4 = family == FAMILY_IPV4;

	if (linear->of_device)
		depend(linear, SELECT_PROTOCOL, ipv4 ? ETH_P_IP : ETH_P_IPV6);
	else
		depend(linear, SELECT_NFPROTO, ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
}

void expression_load(struct linear *linear, const struct selector_row *row, uint32_t length)
{
	if (row->family != FAMILY_NONE && row->family != linear->family)
		depend_on_family(linear, row->family);
	if (row->source == SOURCE_ARP_HEADER && !linear->arp)
		depend(linear, SELECT_PROTOCOL, ETH_P_ARP);
	if (row->protocol && row->protocol != linear->protocol)
		depend(linear, SELECT_L4PROTO, row->protocol);
	switch (row->source) {
	case SOURCE_META:
		load_meta(linear, row->key);
		break;
	case SOURCE_CT:
		load_ct(linear, row->key);
		break;
	case SOURCE_CT_ORIGINAL:
		nftnl_expr_set_u8(load_ct(linear, row->key), NFTNL_EXPR_CT_DIR, IP_CT_DIR_ORIGINAL);
		break;
	case SOURCE_FIB:
		load_fib(linear, row->key);
		break;
	case SOURCE_LINK_HEADER:
		load_payload(linear, NFT_PAYLOAD_LL_HEADER, row->key, length);
		break;
	case SOURCE_ARP_HEADER:
	case SOURCE_NETWORK_HEADER:
		load_payload(linear, NFT_PAYLOAD_NETWORK_HEADER, row->key, length);
		break;
	case SOURCE_TRANSPORT_HEADER:
		load_payload(linear, NFT_PAYLOAD_TRANSPORT_HEADER, row->key, length);
		break;
	}
}

void expression_compare(struct linear *linear, uint32_t operation, const uint8_t *value, uint32_t length)
{
	struct nftnl_expr *expression = expression_add(linear, "cmp");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_CMP_OP, operation);
	nftnl_expr_set(expression, NFTNL_EXPR_CMP_DATA, value, length);
}

void expression_range_not(struct linear *linear, const uint8_t *first, const uint8_t *last, uint32_t length)
{
	struct nftnl_expr *expression = expression_add(linear, "range");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_RANGE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_RANGE_OP, NFT_RANGE_NEQ);
	nftnl_expr_set(expression, NFTNL_EXPR_RANGE_FROM_DATA, first, length);
	nftnl_expr_set(expression, NFTNL_EXPR_RANGE_TO_DATA, last, length);
}

void expression_mask(struct linear *linear, const uint8_t *mask, uint32_t length)
{
	static const uint8_t none[16];
	struct nftnl_expr *expression = expression_add(linear, "bitwise");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_LEN, length);
	nftnl_expr_set(expression, NFTNL_EXPR_BITWISE_MASK, mask, length);
	nftnl_expr_set(expression, NFTNL_EXPR_BITWISE_XOR, none, length);
}

void expression_lookup(struct linear *linear, const char *set, uint32_t id, bool negated)
{
	struct nftnl_expr *expression = expression_add(linear, "lookup");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(expression, NFTNL_EXPR_LOOKUP_SET, set);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_SET_ID, id);
	if (negated)
		nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
}

void expression_counter(struct linear *linear)
{
	expression_add(linear, "counter");
}

void expression_limit(struct linear *linear, uint64_t rate, uint32_t burst)
{
	struct nftnl_expr *expression = expression_add(linear, "limit");

	nftnl_expr_set_u64(expression, NFTNL_EXPR_LIMIT_RATE, rate);
	nftnl_expr_set_u64(expression, NFTNL_EXPR_LIMIT_UNIT, 1);  // seconds
	nftnl_expr_set_u32(expression, NFTNL_EXPR_LIMIT_BURST, burst);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_LIMIT_FLAGS, 0);
}

void expression_log(struct linear *linear, const char *prefix, uint16_t group)
{
	struct nftnl_expr *expression = expression_add(linear, "log");

	nftnl_expr_set_str(expression, NFTNL_EXPR_LOG_PREFIX, prefix);
	nftnl_expr_set_u16(expression, NFTNL_EXPR_LOG_GROUP, group);
}

void expression_reject(struct linear *linear, uint32_t type, uint8_t code)
{
	struct nftnl_expr *expression = expression_add(linear, "reject");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_REJECT_TYPE, type);
	nftnl_expr_set_u8(expression, NFTNL_EXPR_REJECT_CODE, code);
}

void expression_verdict(struct linear *linear, int code, const char *chain)
{
	struct nftnl_expr *expression = expression_add(linear, "immediate");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_IMM_VERDICT, (uint32_t)code);
	if (chain)
		nftnl_expr_set_str(expression, NFTNL_EXPR_IMM_CHAIN, chain);
}

void expression_notrack(struct linear *linear)
{
	expression_add(linear, "notrack");
}

static void set_meta(struct linear *linear, uint32_t key, const void *value, uint32_t length)
{
	struct nftnl_expr *immediate = expression_add(linear, "immediate");
	struct nftnl_expr *set;

	nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(immediate, NFTNL_EXPR_IMM_DATA, value, length);
	set = expression_add(linear, "meta");
	nftnl_expr_set_u32(set, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(set, NFTNL_EXPR_META_SREG, NFT_REG_1);
}

void expression_mark(struct linear *linear, uint32_t mark)
{
	set_meta(linear, NFT_META_MARK, &mark, sizeof(mark));
}

void expression_trace(struct linear *linear)
{
	const uint8_t on = 1;

	set_meta(linear, NFT_META_NFTRACE, &on, sizeof(on));
}

void expression_masquerade(struct linear *linear)
{
	expression_add(linear, "masq");
}

void expression_destination(struct linear *linear, enum family family, const uint8_t *address, uint32_t length)
{
	struct nftnl_expr *value = expression_add(linear, "immediate");
	struct nftnl_expr *nat;

	nftnl_expr_set_u32(value, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(value, NFTNL_EXPR_IMM_DATA, address, length);
	nat = expression_add(linear, "nat");
	nftnl_expr_set_u32(nat, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(nat, NFTNL_EXPR_NAT_FAMILY, family == FAMILY_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
	nftnl_expr_set_u32(nat, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
}

void expression_set_mark(struct linear *linear, uint32_t mark)
{
	struct nftnl_expr *value = expression_add(linear, "immediate");
	struct nftnl_expr *set;

	nftnl_expr_set_u32(value, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(value, NFTNL_EXPR_IMM_DATA, &mark, sizeof(mark));
	set = expression_add(linear, "ct");
	nftnl_expr_set_u32(set, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
	nftnl_expr_set_u32(set, NFTNL_EXPR_CT_SREG, NFT_REG_1);
}
