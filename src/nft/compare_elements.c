// SPDX-License-Identifier: GPL-2.0-or-later
// Elements of sets: flattened, sorted, compared.
#include "nft/compare_elements.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "nft/attributes.h"

// All that an element of ours consists of, compared as bytes.
struct element {
	uint8_t key[16];
	uint8_t length;
	uint8_t note_length;
	uint8_t note[10];  // what nft leaves for itself
	uint32_t flags;
};

typedef VEC(struct element) element_vec;

static bool bytes_copy(uint8_t *to, size_t size, uint8_t *length, struct attributes from)
{
	if (from.length > size)
		return false;
	memcpy(to, from.bytes, from.length);
	*length = (uint8_t)from.length;
	return true;
}

// False for an element that has more to it than ours have, or cannot be read.
static bool element_read(struct attributes attributes, struct element *element)
{
	struct attribute attribute, value;

	memset(element, 0, sizeof(*element));
	while (attribute_next(&attributes, &attribute)) {
		bool understood = false;

		if (attribute.type == NFTA_SET_ELEM_KEY)
			understood = attributes_are_sound(attribute.payload) &&
				     attribute_find(attribute.payload, NFTA_DATA_VALUE, &value) &&
				     bytes_copy(element->key, sizeof(element->key), &element->length, value.payload);
		else if (attribute.type == NFTA_SET_ELEM_USERDATA)
			understood =
			    bytes_copy(element->note, sizeof(element->note), &element->note_length, attribute.payload);
		else if (attribute.type == NFTA_SET_ELEM_FLAGS && attribute.payload.length == sizeof(element->flags))
			understood = memcpy(&element->flags, attribute.payload.bytes, sizeof(element->flags));
		if (!understood && !attributes_are_zero(attribute.payload))
			return false;
	}
	return attributes.length == 0;
}

static int element_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct element));
}

// The elements of one set, sorted.
static bool elements_gather(const message_vec *messages, const struct named_message *set, element_vec *out)
{
	vec_for_each (message, messages) {
		struct attribute list, attribute;
		struct element element;

		if (!message_same(message, set) ||
		    !attribute_find(message_attributes(message->message), NFTA_SET_ELEM_LIST_ELEMENTS, &list))
			continue;
		while (attribute_next(&list.payload, &attribute)) {
			if (!element_read(attribute.payload, &element))
				return false;
			vec_push(out, element);
		}
		if (list.payload.length)
			return false;
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), element_order);
	return true;
}

static int compare_set(const struct named_message *set, const message_vec *meant, const message_vec *found,
		       struct error *err)
{
	element_vec ours = { 0 }, theirs = { 0 };
	CLEANUP(strbuf_release) struct strbuf what = { 0 };
	size_t at = 0;
	int result = 0;

	message_describe(set->message, &what);
	if (!elements_gather(meant, set, &ours) || !elements_gather(found, set, &theirs)) {
		result = error_set(err, -EBADE, "%s has elements of a form that was not meant", strbuf_text(&what));
	} else {
		while (at < ours.count && at < theirs.count && !element_order(&ours.items[at], &theirs.items[at]))
			at++;
		if (at < ours.count || at < theirs.count)
			result = error_set(err, -EBADE,
					   "%s holds other elements than were meant (%zu of %zu, from number %zu)",
					   strbuf_text(&what), theirs.count, ours.count, at + 1);
	}
	vec_release(&ours);
	vec_release(&theirs);
	return result;
}

int compare_elements(const message_vec *sets, const message_vec *meant, const message_vec *found, struct error *err)
{
	vec_for_each (set, sets) {
		int result = compare_set(set, meant, found, err);

		if (result)
			return result;
	}
	return 0;
}

static void add_bytes(struct strbuf *out, const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";

	strbuf_add_char(out, ' ');
	for (size_t i = 0; i < length; i++) {
		strbuf_add_char(out, digits[bytes[i] >> 4]);
		strbuf_add_char(out, digits[bytes[i] & 15]);
	}
}

void elements_describe(const message_vec *messages, const struct named_message *set, struct strbuf *out)
{
	element_vec elements = { 0 };

	if (elements_gather(messages, set, &elements)) {
		vec_for_each (element, &elements) {
			strbuf_format(out, " element %u", element->flags);
			add_bytes(out, element->key, element->length);
			add_bytes(out, element->note, element->note_length);
			strbuf_add_char(out, '\n');
		}
	} else {  // of a form that is none of ours: as it is
		vec_for_each (message, messages)
			if (message_same(message, set)) {
				const struct attributes raw = message_attributes(message->message);
				strbuf_add(out, " elements");
				add_bytes(out, raw.bytes, raw.length);
				strbuf_add_char(out, '\n');
			}
	}
	vec_release(&elements);
}
