// SPDX-License-Identifier: GPL-2.0-or-later
// What is said over the control socket: see control_message.h.
#include "kernel/control/control_message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

// All in the machine's byte order: both ends are on it.
struct header {
	uint32_t magic;
	uint16_t version;
	uint16_t kind;
	int32_t value;
	uint16_t variables, terminals, rows, columns;
	uint32_t words;
	uint32_t length;  // of the words, each with its NUL
};

static const uint32_t magic = 0x6c6a7076;  // "vpjl"

// What a message of a kind holds, no more and no less.
static const struct {
	size_t words_least, words_most;
	size_t fds_least, fds_most;
	int32_t value_least, value_most;
} shapes[CONTROL_KINDS] = {
	[CONTROL_EXEC] = { 1, CONTROL_WORDS_MAXIMUM, 0, CONTROL_FDS, 0, 0 },
	[CONTROL_SIGNAL] = { 0, 0, 0, 0, 1, 64 },
	[CONTROL_CONNECT] = { 0, 0, 0, 0, 1, 65535 },
	[CONTROL_FORWARD] = { 0, 0, 0, 0, 0, 0 },
	[CONTROL_UPDATE] = { 1, 1, 1, 1, 0, 0 },
	[CONTROL_ERROR] = { 2, 2, 0, 0, -4095, -1 },
	[CONTROL_TERMINAL] = { 0, 0, 1, 1, 0, 0 },
	[CONTROL_STARTED] = { 0, 0, 0, 0, 0, 0 },
	[CONTROL_STATUS] = { 0, 0, 0, 0, 0, 65535 },
	[CONTROL_CONNECTED] = { 0, 0, 1, 1, 0, 0 },
	[CONTROL_ALLOWED] = { 0, 0, 0, 0, 0, 0 },
	[CONTROL_UPDATED] = { 0, 0, 0, 0, 0, 0 },
	[CONTROL_POLICY] = { 0, 0, 0, 0, 0, 0 },
	[CONTROL_ENFORCED] = { 2, 2, 2, 2, 0, 0 },
};

void control_message_release(struct control_message *message)
{
	vec_for_each (word, &message->words)
		free(*word);
	vec_release(&message->words);
	for (size_t i = 0; i < message->fd_count && i < CONTROL_FDS; i++)
		if (message->fds[i] >= 0)
			close(message->fds[i]);
	*message = (struct control_message){ 0 };
}

void control_message_add(struct control_message *message, const char *word)
{
	vec_push(&message->words, memory_copy_text(word));
}

int control_message_format(const struct control_message *message, struct strbuf *out, struct error *err)
{
	struct header header = { .magic = magic,
				 .version = CONTROL_VERSION,
				 .kind = (uint16_t)message->kind,
				 .value = message->value,
				 .variables = message->variables,
				 .terminals = message->terminals,
				 .rows = message->rows,
				 .columns = message->columns,
				 .words = (uint32_t)message->words.count };
	size_t length = 0;

	vec_for_each (word, &message->words)
		length += strlen(*word) + 1;
	if (length > CONTROL_TEXT_MAXIMUM || message->words.count > CONTROL_WORDS_MAXIMUM)
		return error_set(err, -E2BIG, "the command is too long: %zu bytes in %zu words", length,
				 message->words.count);
	header.length = (uint32_t)length;
	strbuf_add_bytes(out, &header, sizeof(header));
	vec_for_each (word, &message->words)
		strbuf_add_bytes(out, *word, strlen(*word) + 1);
	return 0;
}

static bool has_shape(const struct header *header, size_t fd_count)
{
	if (header->kind >= CONTROL_KINDS)
		return false;
	if (header->words < shapes[header->kind].words_least || header->words > shapes[header->kind].words_most ||
	    fd_count < shapes[header->kind].fds_least || fd_count > shapes[header->kind].fds_most ||
	    header->value < shapes[header->kind].value_least || header->value > shapes[header->kind].value_most)
		return false;
	if (header->kind != CONTROL_EXEC)
		return !header->variables && !header->terminals && !header->rows && !header->columns;
	return header->variables < header->words && header->terminals < 8 &&
	       fd_count + (size_t)__builtin_popcount(header->terminals) == CONTROL_FDS;
}

int control_message_parse(const void *bytes, size_t length, size_t fd_count, struct control_message *message,
			  struct error *err)
{
	struct header header;
	const char *text = (const char *)bytes + sizeof(header);

	if (length < sizeof(header))
		return error_set(err, -EBADMSG, "a message that is too short");
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != magic)
		return error_set(err, -EBADMSG, "a message of something else");
	if (header.version != CONTROL_VERSION)
		return error_set(err, -EPROTO,
				 "the other side speaks version %u, this one %d: both must be the same vpcjail",
				 header.version, CONTROL_VERSION);
	if (header.length != length - sizeof(header) || header.length > CONTROL_TEXT_MAXIMUM ||
	    !has_shape(&header, fd_count))
		return error_set(err, -EBADMSG, "a message without shape");
	uint32_t words = 0;
	for (uint32_t i = 0; i < header.length; i++)
		words += text[i] == '\0';
	if (words != header.words || (header.length && text[header.length - 1] != '\0'))
		return error_set(err, -EBADMSG, "a message without end");

	struct control_message read = { .kind = (enum control_kind)header.kind,
					.value = header.value,
					.variables = header.variables,
					.terminals = header.terminals,
					.rows = header.rows,
					.columns = header.columns };
	for (const char *word = text; word < text + header.length; word += strlen(word) + 1)
		control_message_add(&read, word);
	*message = read;
	return 0;
}
