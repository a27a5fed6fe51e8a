// SPDX-License-Identifier: GPL-2.0-or-later
// The counters of rules that deny: those that count and log under one of our prefixes. See denial_counters.h.
#include "nft/denial_counters.h"

#include <endian.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "base/cleanup.h"
#include "nft/inventory.h"

static uint64_t counter_value(struct attributes data, uint16_t type)
{
	struct attribute found;
	uint64_t value;

	if (!attribute_find(data, type, &found) || found.payload.length != sizeof(value))
		return 0;
	memcpy(&value, found.payload.bytes, sizeof(value));
	return be64toh(value);
}

static bool is_of_ours(struct attributes data, struct denial_counter *counter)
{
	struct log_event event;
	struct attribute prefix;

	if (!attribute_find(data, NFTA_LOG_PREFIX, &prefix) ||
	    log_prefix_parse((const char *)prefix.payload.bytes, prefix.payload.length, &event) < 0)
		return false;
	memcpy(counter->layer, event.layer, sizeof(counter->layer));
	counter->rule = event.rule;
	counter->generation = event.generation;
	return true;
}

static bool rule_read(const struct nlmsghdr *message, struct denial_counter *counter)
{
	struct attribute expressions, element, data;
	bool ours = false;

	if (!attribute_find(message_attributes(message), NFTA_RULE_EXPRESSIONS, &expressions))
		return false;
	while (attribute_next(&expressions.payload, &element)) {
		const char *name = attribute_text(element.payload, NFTA_EXPR_NAME);

		if (!attribute_find(element.payload, NFTA_EXPR_DATA, &data))
			continue;
		if (strcmp(name, "counter") == 0) {
			counter->packets = counter_value(data.payload, NFTA_COUNTER_PACKETS);
			counter->bytes = counter_value(data.payload, NFTA_COUNTER_BYTES);
		} else if (strcmp(name, "log") == 0) {
			ours = is_of_ours(data.payload, counter);
		}
	}
	return ours && counter->packets;
}

static void counters_add(denial_counter_vec *counters, const struct denial_counter *more)
{
	vec_for_each (counter, counters)
		if (counter->rule == more->rule && counter->generation == more->generation &&
		    strcmp(counter->layer, more->layer) == 0) {
			counter->packets += more->packets;
			counter->bytes += more->bytes;
			return;
		}
	vec_push(counters, *more);
}

int denial_counters_read(const struct nft_dump *dump, denial_counter_vec *counters, struct error *err)
{
	CLEANUP(inventory_release) struct inventory inventory = { 0 };
	int result = inventory_read(&inventory, dump->bytes.items, dump->bytes.count, err);

	if (result < 0)
		return result;
	vec_for_each (rule, &inventory.messages[MESSAGE_RULE]) {
		struct denial_counter counter = { .rule = 0 };

		if (rule_read(rule->message, &counter))
			counters_add(counters, &counter);
	}
	return 0;
}
