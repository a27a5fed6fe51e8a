// SPDX-License-Identifier: GPL-2.0-or-later
// Made-up addresses: see made_up.h.
#include "dns/made_up.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "dns/wire.h"

enum {
	EACH_BLOCK = 254,  // of 256: the first and the last of a block mean something to some programs
	TTL = 60,
};

const struct prefix dns_made_up_range = IPV4_PREFIX(198, 18, 0, 0, 15);

static struct address address_at(size_t index)
{
	return (struct address){ FAMILY_IPV4,
				 dns_made_up_range.base.bits + index / EACH_BLOCK * 256 + index % EACH_BLOCK + 1 };
}

static address_bits size_of(const struct address_range *range)
{
	return range->first.family == FAMILY_IPV4 ? range->last.bits - range->first.bits + 1 : 0;
}

// The next but index of the set's IPv4 addresses, round and round; of a set without any one of the range.
static struct address address_within(const struct prefix_set *set, size_t index)
{
	address_bits count = 0, at;

	vec_for_each (range, &set->ranges)
		count += size_of(range);
	if (!count)
		return address_at(index);
	at = (index + 1) % count;
	vec_for_each (range, &set->ranges) {
		if (at < size_of(range))
			return (struct address){ FAMILY_IPV4, range->first.bits + at };
		at -= size_of(range);
	}
	return address_at(index);
}

static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619;
	return hash;
}

static bool is_reverse(const char *name)
{
	static const char *const below[] = { ".in-addr.arpa", ".ip6.arpa" };
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		if (length >= strlen(below[i]) && strcmp(name + length - strlen(below[i]), below[i]) == 0)
			return true;
	return false;
}

// The place of the name; names.count: it has none yet.
static size_t find(const struct made_up *made_up, const char *name, uint32_t hash)
{
	size_t index = 0;

	while (index < made_up->names.count &&
	       (made_up->names.items[index].hash != hash || strcmp(made_up->names.items[index].name, name) != 0))
		index++;
	return index;
}

bool made_up_answer(struct made_up *made_up, const struct dns_question *question, const struct prefix_set *within,
		    struct address *address, struct dns_bytes *reply)
{
	const uint32_t hash = hash_of(question->text);
	size_t index = find(made_up, question->text, hash);
	bool asked = question->type == LDNS_RR_TYPE_A, known = index < made_up->names.count;

	*address = (struct address){ 0 };
	if (is_reverse(question->text) || (!known && index == MADE_UP_MAXIMUM))
		return false;
	if (!known && asked)
		vec_push(&made_up->names,
			 (struct made_up_name){ .name = memory_copy_text(question->text), .hash = hash });
	if (!known && !asked) {
		dns_reply_code(question, DNS_CODE_OK, reply);
		return true;
	}
	dns_address_vec addresses = { 0 };
	*address = within ? address_within(within, index) : address_at(index);
	vec_push(&addresses, *address);
	dns_reply_addresses(question, &addresses, TTL, reply);
	vec_release(&addresses);
	return true;
}

void made_up_release(struct made_up *made_up)
{
	vec_for_each (name, &made_up->names)
		free(name->name);
	vec_release(&made_up->names);
}
