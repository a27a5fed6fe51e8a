// SPDX-License-Identifier: GPL-2.0-or-later
// Names of addresses: a table of buckets over a ring. See names.h.
#include "kernel/dns/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static uint16_t *bucket_of(struct dns_names *names, const struct address *address)
{
	uint64_t low = (uint64_t)address->bits, high = (uint64_t)(address->bits >> 64);
	uint64_t mixed = (low ^ high * 31) * 0x9e3779b97f4a7c15U;

	return &names->buckets[mixed >> 52];
}

static struct dns_known *find(const struct dns_names *names, const struct address *address)
{
	// Nothing is changed through the table that is looked up.
	uint16_t at = *bucket_of((struct dns_names *)(uintptr_t)names, address);

	for (; at; at = names->known[at - 1].next)
		if (address_equal(&names->known[at - 1].address, address))
			return &names->known[at - 1];
	return NULL;
}

// Takes the entry out of its bucket.
static void forget(struct dns_names *names, struct dns_known *known)
{
	const uint16_t number = (uint16_t)(known - names->known + 1);
	uint16_t *link = bucket_of(names, &known->address);

	while (*link != number)
		link = &names->known[*link - 1].next;
	*link = known->next;
	free(known->name);
}

void dns_names_note(struct dns_names *names, const struct address *address, const char *name)
{
	struct dns_known *known;

	if (!names->known)
		names->known = NEW_ARRAY(struct dns_known, DNS_NAMES_MAXIMUM);
	known = find(names, address);
	if (known) {
		if (strcmp(known->name, name) != 0) {
			free(known->name);
			known->name = memory_copy_text(name);
		}
		return;
	}
	if (names->count < DNS_NAMES_MAXIMUM) {
		known = &names->known[names->count++];
	} else {
		known = &names->known[names->oldest];
		names->oldest = (names->oldest + 1) % DNS_NAMES_MAXIMUM;
		forget(names, known);
	}
	uint16_t *bucket = bucket_of(names, address);
	*known = (struct dns_known){ .address = *address, .name = memory_copy_text(name), .next = *bucket };
	*bucket = (uint16_t)(known - names->known + 1);
}

const char *dns_names_find(const struct dns_names *names, const struct address *address)
{
	const struct dns_known *known = names->known ? find(names, address) : NULL;

	return known ? known->name : NULL;
}

void dns_names_release(struct dns_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->known[i].name);
	free(names->known);
	*names = (struct dns_names){ 0 };
}
