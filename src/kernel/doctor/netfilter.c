// SPDX-License-Identifier: GPL-2.0-or-later
// Which parts of nf_tables the rule set needs work here: each is committed once, in a namespace of its own.
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <netinet/in.h>
// after netinet/in.h, which it would otherwise define a second time
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/doctor/doctor.h"
#include "kernel/doctor/trial.h"
#include "kernel/netlink/nfnetlink.h"

enum { SEND_SIZE = 16384, NAME_SIZE = 16, LOG_GROUP = 1, REGISTER = NFT_REG_1, IPV4_ADDRESS_TYPE = 7, ATTRIBUTES = 4 };

enum width { WIDTH_16, WIDTH_32, WIDTH_64 };

// A part is a table, with a chain in it, with at most one set or one rule of one expression.
struct part {
	const char *name;
	const char *option, *module;
	uint8_t family;
	bool set;
	uint32_t set_flags;
	const char *expression;  // NULL: no rule
	struct {
		uint16_t attribute;
		enum width width;
		uint64_t value;
	} attributes[ATTRIBUTES];
};

static const struct part parts[] = {
	{ "inet table and output chain", "CONFIG_NF_TABLES_INET", "nf_tables", NFPROTO_INET },
	{ "netdev ingress chain", "CONFIG_NETFILTER_INGRESS and CONFIG_NF_TABLES_NETDEV", "nf_tables", NFPROTO_NETDEV },
	{ "hash set", "CONFIG_NF_TABLES", "nf_tables", NFPROTO_INET, .set = true },
	{ "interval set", "CONFIG_NF_TABLES", "nf_tables", NFPROTO_INET, .set = true, .set_flags = NFT_SET_INTERVAL },
	{ "ct state", "CONFIG_NFT_CT", "nft_ct", NFPROTO_INET, .expression = "ct",
	  .attributes = { { NFTNL_EXPR_CT_KEY, WIDTH_32, NFT_CT_STATE }, { NFTNL_EXPR_CT_DREG, WIDTH_32, REGISTER } } },
	{ "notrack", "CONFIG_NFT_CT", "nft_ct", NFPROTO_INET, .expression = "notrack" },
	{ "counter", "CONFIG_NF_TABLES", "nf_tables", NFPROTO_INET, .expression = "counter" },
	{ "limit", "CONFIG_NFT_LIMIT", "nft_limit", NFPROTO_INET, .expression = "limit",
	  .attributes = { { NFTNL_EXPR_LIMIT_RATE, WIDTH_64, 1000 },
			  { NFTNL_EXPR_LIMIT_UNIT, WIDTH_64, 1 },
			  { NFTNL_EXPR_LIMIT_BURST, WIDTH_32, 5 },
			  { NFTNL_EXPR_LIMIT_TYPE, WIDTH_32, NFT_LIMIT_PKTS } } },
	{ "log to a group", "CONFIG_NFT_LOG and CONFIG_NETFILTER_NETLINK_LOG", "nft_log", NFPROTO_INET,
	  .expression = "log", .attributes = { { NFTNL_EXPR_LOG_GROUP, WIDTH_16, 1 } } },
	{ "reject", "CONFIG_NFT_REJECT_INET", "nft_reject_inet", NFPROTO_INET, .expression = "reject",
	  .attributes = { { NFTNL_EXPR_REJECT_TYPE, WIDTH_32, NFT_REJECT_TCP_RST } } },
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

// Flat: comes through a pipe. Each 0 or a negative errno.
struct outcome {
	int socket;
	int parts[PARTS];
	int log;
};

static void put_table(struct nlmsghdr *message, const struct part *part, const char *name)
{
	struct nftnl_table *table = memory_must(nftnl_table_alloc());

	nftnl_table_set_u32(table, NFTNL_TABLE_FAMILY, part->family);
	nftnl_table_set_str(table, NFTNL_TABLE_NAME, name);
	nftnl_table_nlmsg_build_payload(message, table);
	nftnl_table_free(table);
}

static void put_chain(struct nlmsghdr *message, const struct part *part, const char *name)
{
	struct nftnl_chain *chain = memory_must(nftnl_chain_alloc());
	bool netdev = part->family == NFPROTO_NETDEV;

	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, name);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM,
			    netdev ? (uint32_t)NF_NETDEV_INGRESS : (uint32_t)NF_INET_LOCAL_OUT);
	nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, 0);
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_DROP);
	if (netdev)
		nftnl_chain_set_str(chain, NFTNL_CHAIN_DEV, "lo");
	nftnl_chain_nlmsg_build_payload(message, chain);
	nftnl_chain_free(chain);
}

static void put_set(struct nlmsghdr *message, const struct part *part, const char *name)
{
	struct nftnl_set *set = memory_must(nftnl_set_alloc());

	nftnl_set_set_str(set, NFTNL_SET_TABLE, name);
	nftnl_set_set_str(set, NFTNL_SET_NAME, name);
	nftnl_set_set_u32(set, NFTNL_SET_ID, 1);
	nftnl_set_set_u32(set, NFTNL_SET_FLAGS, part->set_flags);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, IPV4_ADDRESS_TYPE);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, sizeof(struct in_addr));
	nftnl_set_nlmsg_build_payload(message, set);
	nftnl_set_free(set);
}

static void set_attribute(struct nftnl_expr *expression, uint16_t attribute, enum width width, uint64_t value)
{
	switch (width) {
	case WIDTH_16:
		nftnl_expr_set_u16(expression, attribute, (uint16_t)value);
		return;
	case WIDTH_32:
		nftnl_expr_set_u32(expression, attribute, (uint32_t)value);
		return;
	case WIDTH_64:
		nftnl_expr_set_u64(expression, attribute, value);
		return;
	}
}

static void put_rule(struct nlmsghdr *message, const struct part *part, const char *name)
{
	struct nftnl_rule *rule = memory_must(nftnl_rule_alloc());
	struct nftnl_expr *expression = memory_must(nftnl_expr_alloc(part->expression));

	for (size_t i = 0; i < ATTRIBUTES && part->attributes[i].attribute; i++)
		set_attribute(expression, part->attributes[i].attribute, part->attributes[i].width,
			      part->attributes[i].value);
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, part->family);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, name);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, name);
	nftnl_rule_add_expr(rule, expression);
	nftnl_rule_nlmsg_build_payload(message, rule);
	nftnl_rule_free(rule);
}

// One message of the batch being built; asks for an acknowledgement.
static void add(struct mnl_nlmsg_batch *batch, uint32_t *sequence, uint16_t type, const struct part *part,
		const char *name, void (*put)(struct nlmsghdr *message, const struct part *part, const char *name))
{
	struct nlmsghdr *message = nftnl_nlmsg_build_hdr(mnl_nlmsg_batch_current(batch), type, part->family,
							 NLM_F_CREATE | NLM_F_ACK, (*sequence)++);
	put(message, part, name);
	mnl_nlmsg_batch_next(batch);
}

// Commits the part in a table named after its number.
static int try_part(int fd, const struct part *part, unsigned number)
{
	char buffer[SEND_SIZE], name[NAME_SIZE];
	uint32_t first = 100 * (number + 1), sequence = first;
	struct mnl_nlmsg_batch *batch = memory_must(mnl_nlmsg_batch_start(buffer, sizeof(buffer)));

	(void)snprintf(name, sizeof(name), "doctor%u", number);
	nftnl_batch_begin(mnl_nlmsg_batch_current(batch), sequence++);
	mnl_nlmsg_batch_next(batch);
	add(batch, &sequence, NFT_MSG_NEWTABLE, part, name, put_table);
	add(batch, &sequence, NFT_MSG_NEWCHAIN, part, name, put_chain);
	if (part->set)
		add(batch, &sequence, NFT_MSG_NEWSET, part, name, put_set);
	if (part->expression)
		add(batch, &sequence, NFT_MSG_NEWRULE, part, name, put_rule);
	nftnl_batch_end(mnl_nlmsg_batch_current(batch), sequence);
	mnl_nlmsg_batch_next(batch);

	struct nft_batch whole = {
		.bytes = mnl_nlmsg_batch_head(batch),
		.length = mnl_nlmsg_batch_size(batch),
		.first_sequence = first + 1,
		.last_sequence = sequence - 1,
	};
	int result = nfnetlink_commit(fd, &whole, NULL);
	mnl_nlmsg_batch_stop(batch);
	return result;
}

static int try_log(void)
{
	AUTO_CLOSE int fd = -1;

	return nfnetlink_log_open(LOG_GROUP, &fd, NULL);
}

static int try_parts(void *answer, struct error *err)
{
	struct outcome *outcome = answer;
	AUTO_CLOSE int fd = -1;
	size_t limit;

	outcome->socket = nfnetlink_open(&fd, &limit, err);
	if (outcome->socket < 0)
		return 0;
	for (unsigned i = 0; i < PARTS; i++)
		outcome->parts[i] = try_part(fd, &parts[i], i);
	outcome->log = try_log();
	return 0;
}

static void add_missing(doctor_finding_vec *findings, const char *what, int result, const char *option,
			const char *module)
{
	doctor_add(findings, FINDING_MISSING, true, "nf_tables",
		   memory_format("%s does not work: %s", what, strerror(-result)),
		   doctor_module_remedy(option, module));
}

void doctor_netfilter(doctor_finding_vec *findings)
{
	struct outcome outcome = { 0 };
	struct error err = { 0 };
	size_t before = findings->count;

	if (trial_run(try_parts, &outcome, sizeof(outcome), &err) < 0) {
		doctor_add(findings, FINDING_MISSING, true, "nf_tables",
			   memory_format("could not be tried: %s", err.message),
			   memory_copy_text("see the line about namespaces"));
		return;
	}
	if (outcome.socket < 0) {
		add_missing(findings, "netlink", outcome.socket, "CONFIG_NETFILTER_NETLINK", "nfnetlink");
		return;
	}
	for (size_t i = 0; i < PARTS; i++)
		if (outcome.parts[i] < 0)
			add_missing(findings, parts[i].name, outcome.parts[i], parts[i].option, parts[i].module);
	if (outcome.log < 0)
		add_missing(findings, "reading a log group", outcome.log, "CONFIG_NETFILTER_NETLINK_LOG",
			    "nfnetlink_log");
	if (findings->count == before)
		doctor_add(
		    findings, FINDING_OK, true, "nf_tables",
		    memory_format(
			"all %d parts that the rule set is made of were committed in a namespace of their own", PARTS),
		    NULL);
}
