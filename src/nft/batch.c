// SPDX-License-Identifier: GPL-2.0-or-later
// Netlink messages into transactions.
#include "nft/batch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

enum {
	FRAME_SIZE = 20,  // of NFNL_MSG_BATCH_BEGIN, and of _END
	// What an acknowledgement takes of the receive buffer, which is as large as the send buffer: so many messages
	// at most go into a limited batch, however short they are.
	ACKNOWLEDGEMENT_COST = 1024,
};

static struct nft_batch *batch_open(struct batch_writer *writer)
{
	return &writer->out->items[writer->out->count - 1];
}

static uint8_t *batch_reserve(struct batch_writer *writer, size_t room)
{
	struct nft_batch *batch = batch_open(writer);

	if (batch->length + room > writer->capacity) {
		size_t capacity = batch->length + room + batch->length / 2;

		batch->bytes = memory_resize(batch->bytes, capacity, 1);
		// Libraries leave the padding behind attributes as it was.
		memset(batch->bytes + batch->length, 0, capacity - batch->length);
		writer->capacity = capacity;
	}
	return batch->bytes + batch->length;
}

static void batch_start(struct batch_writer *writer)
{
	struct nft_batch *batch;

	vec_push(writer->out, (struct nft_batch){ 0 });
	batch = batch_open(writer);
	writer->capacity = 0;
	nftnl_batch_begin((char *)batch_reserve(writer, FRAME_SIZE), writer->sequence++);
	batch->length = FRAME_SIZE;
	batch->first_sequence = writer->sequence;
	writer->cost = 2 * FRAME_SIZE;
	writer->unit = batch->length;
	writer->unit_cost = 0;
	writer->unit_messages = 0;
}

static void batch_finish(struct batch_writer *writer)
{
	struct nft_batch *batch = batch_open(writer);

	batch->last_sequence = writer->sequence - 1;
	nftnl_batch_end((char *)batch_reserve(writer, FRAME_SIZE), writer->sequence++);
	batch->length += FRAME_SIZE;
	batch->bytes = memory_resize(batch->bytes, batch->length, 1);
}

static void unit_close(struct batch_writer *writer)
{
	writer->unit = batch_open(writer)->length;
	writer->unit_cost = 0;
	writer->unit_messages = 0;
}

// Moves the open unit from the end of a full batch to the beginning of a new one, with new sequence numbers.
static void batch_split(struct batch_writer *writer)
{
	struct nft_batch *full = batch_open(writer);
	size_t length = full->length - writer->unit, cost = writer->unit_cost, unit = writer->unit;
	uint32_t messages = writer->unit_messages;
	uint8_t *moved = memory_new(length, 1);
	uint8_t *to;

	memcpy(moved, full->bytes + unit, length);
	full->length = unit;
	writer->sequence -= messages;
	batch_finish(writer);
	batch_start(writer);
	to = batch_reserve(writer, length);
	memcpy(to, moved, length);
	free(moved);
	for (size_t at = 0; at < length;) {
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)(to + at);

		message->nlmsg_seq = writer->sequence++;
		at += MNL_ALIGN(message->nlmsg_len);
	}
	batch_open(writer)->length += length;
	writer->cost += cost;
	writer->unit_cost = cost;
	writer->unit_messages = messages;
}

void batch_writer_begin(struct batch_writer *writer, nft_batch_vec *out, size_t limit)
{
	*writer = (struct batch_writer){ .out = out, .limit = limit, .sequence = 1 };
	batch_start(writer);
}

struct nlmsghdr *batch_message_begin(struct batch_writer *writer, uint16_t type, uint8_t family, uint16_t flags,
				     size_t room)
{
	char *at = (char *)batch_reserve(writer, room);

	return nftnl_nlmsg_build_hdr(at, type, family, flags | NLM_F_ACK, writer->sequence++);
}

void batch_message_end(struct batch_writer *writer, const struct nlmsghdr *message)
{
	struct nft_batch *batch = batch_open(writer);
	size_t length = MNL_ALIGN(message->nlmsg_len);
	size_t cost = length > ACKNOWLEDGEMENT_COST ? length : ACKNOWLEDGEMENT_COST;

	batch->length += length;
	writer->cost += cost;
	writer->unit_cost += cost;
	writer->unit_messages++;
	if (writer->limit && writer->cost > writer->limit) {
		if (writer->unit > FRAME_SIZE)
			batch_split(writer);
		if (writer->cost > writer->limit)
			writer->too_large = true;
	}
	if (!writer->held)
		unit_close(writer);
}

void batch_hold(struct batch_writer *writer)
{
	unit_close(writer);
	writer->held = true;
}

int batch_writer_end(struct batch_writer *writer, struct error *err)
{
	batch_finish(writer);
	if (!writer->too_large)
		return 0;
	return error_set(err, -E2BIG, "the rule set has a part larger than the %zu bytes that one transaction may have",
			 writer->limit);
}

void nft_batches_release(nft_batch_vec *batches)
{
	vec_for_each (batch, batches)
		free(batch->bytes);
	vec_release(batches);
}
