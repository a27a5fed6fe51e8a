// SPDX-License-Identifier: GPL-2.0-or-later
// Sets and their elements as messages. The elements are put down attribute by attribute: libnftnl would hold an object
// of some hundred bytes for each.
#include "nft/elements.h"

#include <endian.h>
#include <libmnl/libmnl.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

// An attribute's length has 16 bits, and so has that of the list that a message's elements stand in.
enum { LIST_SIZE = ELEMENTS_ROOM - 4 * 1024 };

// What nft notes for itself: that an interval has no end because its last key is the highest there is.
enum { NOTE_ELEMENT_FLAGS = 1, NOTE_OPEN = 1 };

void elements_write_set(struct batch_writer *writer, const struct nft_table *table, const struct nft_set *set)
{
	struct nlmsghdr *message =
	    batch_message_begin(writer, NFT_MSG_NEWSET, table->family, NLM_F_CREATE | NLM_F_EXCL, MESSAGE_ROOM);
	const struct set_type_row *row = &set_type_rows[set->type];
	struct nftnl_set *object = memory_must(nftnl_set_alloc());
	struct nftnl_udata_buf *notes = memory_must(nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN));

	nftnl_set_set_str(object, NFTNL_SET_TABLE, table->name);
	nftnl_set_set_str(object, NFTNL_SET_NAME, set->name);
	nftnl_set_set_u32(object, NFTNL_SET_ID, set->id);
	nftnl_set_set_u32(object, NFTNL_SET_FLAGS, set->interval ? NFT_SET_INTERVAL : 0);
	nftnl_set_set_u32(object, NFTNL_SET_KEY_TYPE, row->number);
	nftnl_set_set_u32(object, NFTNL_SET_KEY_LEN, row->width);
	nftnl_udata_put_u32(notes, NFTNL_UDATA_SET_KEYBYTEORDER, row->byte_order);
	nftnl_set_set_data(object, NFTNL_SET_USERDATA, nftnl_udata_buf_data(notes), nftnl_udata_buf_len(notes));
	nftnl_set_nlmsg_build_payload(message, object);
	nftnl_udata_buf_free(notes);
	nftnl_set_free(object);
	batch_message_end(writer, message);
}

// Elements in the list of an open message; a full one is sent off and another opened.
struct element_writer {
	struct batch_writer *writer;
	const struct nft_table *table;
	const struct nft_set *set;
	uint32_t width;
	struct nlmsghdr *message;
	struct nlattr *list;
};

static void list_open(struct element_writer *w)
{
	w->message = batch_message_begin(w->writer, NFT_MSG_NEWSETELEM, w->table->family, NLM_F_CREATE, ELEMENTS_ROOM);
	mnl_attr_put_strz(w->message, NFTA_SET_ELEM_LIST_TABLE, w->table->name);
	mnl_attr_put_strz(w->message, NFTA_SET_ELEM_LIST_SET, w->set->name);
	mnl_attr_put_u32(w->message, NFTA_SET_ELEM_LIST_SET_ID, htobe32(w->set->id));
	w->list = mnl_attr_nest_start(w->message, NFTA_SET_ELEM_LIST_ELEMENTS);
}

static void list_close(struct element_writer *w)
{
	mnl_attr_nest_end(w->message, w->list);
	batch_message_end(w->writer, w->message);
}

static size_t list_size(const struct element_writer *w)
{
	return (size_t)((const char *)mnl_nlmsg_get_payload_tail(w->message) - (const char *)w->list);
}

static void element_add(struct element_writer *w, const uint8_t *key, bool end, bool open)
{
	struct nlattr *element, *value;

	if (list_size(w) > LIST_SIZE) {
		list_close(w);
		list_open(w);
	}
	element = mnl_attr_nest_start(w->message, NFTA_LIST_ELEM);
	if (end)
		mnl_attr_put_u32(w->message, NFTA_SET_ELEM_FLAGS, htobe32(NFT_SET_ELEM_INTERVAL_END));
	value = mnl_attr_nest_start(w->message, NFTA_SET_ELEM_KEY);
	mnl_attr_put(w->message, NFTA_DATA_VALUE, w->width, key);
	mnl_attr_nest_end(w->message, value);
	if (open) {
		const uint32_t flags = NOTE_OPEN;
		uint8_t note[2 + sizeof(flags)] = { NOTE_ELEMENT_FLAGS, sizeof(flags) };

		memcpy(note + 2, &flags, sizeof(flags));
		mnl_attr_put(w->message, NFTA_SET_ELEM_USERDATA, sizeof(note), note);
	}
	mnl_attr_nest_end(w->message, element);
}

// The key behind last; false where last is the highest there is.
static bool key_after(const uint8_t *last, uint32_t width, uint8_t *after)
{
	memcpy(after, last, width);
	for (uint32_t i = width; i > 0; i--) {
		if (++after[i - 1])
			return true;
	}
	return false;
}

// The kernel keeps an interval as its first key and an end behind its last; what lies below the first one is said to
// end at zero.
static void intervals_add(struct element_writer *w)
{
	static const uint8_t zero[16];

	if (memcmp(set_first(w->set, 0), zero, w->width) != 0)
		element_add(w, zero, true, false);
	for (size_t i = 0; i < set_count(w->set); i++) {
		uint8_t after[16];
		bool ends = key_after(set_last(w->set, i), w->width, after);

		element_add(w, set_first(w->set, i), false, !ends);
		if (ends)
			element_add(w, after, true, false);
	}
}

void elements_write(struct batch_writer *writer, const struct nft_table *table, const struct nft_set *set)
{
	struct element_writer w = { writer, table, set, set_type_rows[set->type].width, NULL, NULL };

	list_open(&w);
	if (set->interval) {
		intervals_add(&w);
	} else {
		for (size_t i = 0; i < set_count(set); i++)
			element_add(&w, set_first(set, i), false, false);
	}
	list_close(&w);
}
