// SPDX-License-Identifier: GPL-2.0-or-later
// The rule set as netlink messages, in an order that accepts nothing before its last batch.
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/batch.h"
#include "nft/elements.h"
#include "nft/tables.h"

static void write_table(struct batch_writer *writer, const struct nft_table *table)
{
	struct nlmsghdr *message =
	    batch_message_begin(writer, NFT_MSG_NEWTABLE, table->family, NLM_F_CREATE | NLM_F_EXCL, MESSAGE_ROOM);
	struct nftnl_table *object = memory_must(nftnl_table_alloc());

	nftnl_table_set_str(object, NFTNL_TABLE_NAME, table->name);
	nftnl_table_set_u32(object, NFTNL_TABLE_FLAGS, table->flags);
	nftnl_table_nlmsg_build_payload(message, object);
	nftnl_table_free(object);
	batch_message_end(writer, message);
}

static void chain_set_hook(struct nftnl_chain *object, const struct nft_hook *hook)
{
	nftnl_chain_set_str(object, NFTNL_CHAIN_TYPE, hook->type);
	nftnl_chain_set_u32(object, NFTNL_CHAIN_HOOKNUM, hook->number);
	nftnl_chain_set_s32(object, NFTNL_CHAIN_PRIO, hook->priority);
	nftnl_chain_set_u32(object, NFTNL_CHAIN_POLICY, (uint32_t)hook->policy);
	if (hook->device)
		nftnl_chain_set_str(object, NFTNL_CHAIN_DEV, hook->device);
}

static void write_chain(struct batch_writer *writer, const struct nft_table *table, const struct nft_chain *chain)
{
	struct nlmsghdr *message =
	    batch_message_begin(writer, NFT_MSG_NEWCHAIN, table->family, NLM_F_CREATE | NLM_F_EXCL, MESSAGE_ROOM);
	struct nftnl_chain *object = memory_must(nftnl_chain_alloc());

	nftnl_chain_set_str(object, NFTNL_CHAIN_TABLE, table->name);
	nftnl_chain_set_str(object, NFTNL_CHAIN_NAME, chain->name);
	if (chain->hook)
		chain_set_hook(object, chain->hook);
	nftnl_chain_nlmsg_build_payload(message, object);
	nftnl_chain_free(object);
	batch_message_end(writer, message);
}

// Every rule is appended: the order of the messages is the order of the rules.
static void write_rule(struct batch_writer *writer, const struct nft_table *table, const struct nft_chain *chain,
		       const struct nft_rule *rule)
{
	struct nlmsghdr *message =
	    batch_message_begin(writer, NFT_MSG_NEWRULE, table->family, NLM_F_CREATE | NLM_F_APPEND, MESSAGE_ROOM);
	struct linear linear = { .rule = memory_must(nftnl_rule_alloc()),
				 .of_device = table->family == NFPROTO_NETDEV };

	nftnl_rule_set_str(linear.rule, NFTNL_RULE_TABLE, table->name);
	nftnl_rule_set_str(linear.rule, NFTNL_RULE_CHAIN, chain->name);
	vec_for_each (statement, &rule->statements)
		statement_linearize(statement, &linear);
	nftnl_rule_nlmsg_build_payload(message, linear.rule);
	nftnl_rule_free(linear.rule);
	batch_message_end(writer, message);
}

static void write_rules(struct batch_writer *writer, const struct nft_table *table, bool base)
{
	vec_for_each (chain, &table->chains) {
		if (base != !!(*chain)->hook)
			continue;
		vec_for_each (rule, &(*chain)->rules)
			write_rule(writer, table, *chain, rule);
	}
}

static void write_table_end(struct batch_writer *writer, const struct nft_table *table)
{
	struct nlmsghdr *message = batch_message_begin(writer, NFT_MSG_DELTABLE, table->family, 0, MESSAGE_ROOM);
	struct nftnl_table *object = memory_must(nftnl_table_alloc());

	nftnl_table_set_str(object, NFTNL_TABLE_NAME, table->name);
	nftnl_table_nlmsg_build_payload(message, object);
	nftnl_table_free(object);
	batch_message_end(writer, message);
}

// Base chains come before everything else and their rules behind everything else: until the last batch is in, no
// chain is reached by a jump, and policy drop is all there is.
static void write_ruleset(struct batch_writer *writer, const struct ruleset *ruleset)
{
	vec_for_each (table, &ruleset->tables) {
		write_table(writer, table);
		vec_for_each (chain, &table->chains)
			write_chain(writer, table, *chain);
	}
	vec_for_each (table, &ruleset->tables) {
		vec_for_each (set, &table->sets) {
			elements_write_set(writer, table, *set);
			elements_write(writer, table, *set);
		}
		write_rules(writer, table, false);
	}
	batch_hold(writer);
	vec_for_each (table, &ruleset->tables)
		write_rules(writer, table, true);
}

int ruleset_batches(const struct ruleset *ruleset, size_t limit, nft_batch_vec *out, struct error *err)
{
	nft_batch_vec made = { 0 };
	struct batch_writer writer;
	int result;

	batch_writer_begin(&writer, &made, limit);
	write_ruleset(&writer, ruleset);
	result = batch_writer_end(&writer, err);
	if (result) {
		nft_batches_release(&made);
		return result;
	}
	*out = made;
	return 0;
}

void ruleset_batch_delete(const struct ruleset *ruleset, const struct ruleset *anew, struct nft_batch *out)
{
	nft_batch_vec made = { 0 };
	struct batch_writer writer;

	batch_writer_begin(&writer, &made, 0);
	vec_for_each (table, &ruleset->tables)
		write_table_end(&writer, table);
	if (anew)
		write_ruleset(&writer, anew);
	(void)batch_writer_end(&writer, NULL);  // without a limit nothing is too large
	*out = made.items[0];
	vec_release(&made);
}
