// SPDX-License-Identifier: GPL-2.0-or-later
// Values of one word or text: see kind.h.
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/number.h"
#include "profile/kind.h"

enum { RULE_NUMBER_MAXIMUM = 32766, ICMP_MAXIMUM = 255, ICMP_ANY = -1 };

void word_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	const char *text = reader_text(reader, row, node);
	int found = text ? word_find(reader, row, node, text) : -1;

	if (found < 0)
		return;
	*row_field(unsigned, row, base) = (unsigned)found;
	row_set_place(row, base, &node->at);
}

int word_find(struct reader *reader, const struct key_row *row, const struct node *node, const char *text)
{
	CLEANUP(strbuf_release) struct strbuf hint = { 0 };
	unsigned count = 0;

	for (; row->words[count]; count++) {
		if (strcmp(text, row->words[count]) == 0)
			return (int)count;
		strbuf_format(&hint, "%s%s", count ? ", " : "write one of ", row->words[count]);
	}
	const char *refused = row->form ? row->form(text) : NULL;
	if (refused) {
		AUTO_FREE char *whole = memory_format("\"%.80s\" %s", text, refused);
		reader_refuse(reader, &node->at, whole);
		return -1;
	}
	const char *nearest = names_nearest(text, row->words, count);
	if (nearest) {
		strbuf_clear(&hint);
		strbuf_format(&hint, "did you mean \"%s\"?", nearest);
	}
	reader_error(reader, &node->at, hint.text, "\"%.80s\" is not a word for \"%s\"", text, row->path);
	return -1;
}

struct node *word_write(const struct key_row *row, const void *base)
{
	return node_scalar(row->words[*row_field_const(unsigned, row, base)]);
}

void yes_no_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	const char *text = reader_text(reader, row, node);

	if (text && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		reader_error(reader, &node->at, "write yes or no", "\"%.80s\" is not a word for \"%s\"", text,
			     row->path);
	else if (text)
		*row_field(bool, row, base) = strcmp(text, "yes") == 0;
}

struct node *yes_no_write(const struct key_row *row, const void *base)
{
	return node_scalar(*row_field_const(bool, row, base) ? "yes" : "no");
}

void text_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	struct text_value *value = row_field(struct text_value, row, base);
	const char *text = reader_formed_text(reader, row, node);

	if (!text)
		return;
	text_release(row, base);  // a duplicate key
	*value = (struct text_value){ .text = memory_copy_text(text), .at = node->at };
}

struct node *text_write(const struct key_row *row, const void *base)
{
	const struct text_value *value = row_field_const(struct text_value, row, base);

	if (value->text)
		return node_scalar(value->text);
	return row->otherwise ? node_scalar(row->otherwise) : NULL;
}

void text_release(const struct key_row *row, void *base)
{
	cleanup_free(&row_field(struct text_value, row, base)->text);
}

void plain_text_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	const char *text = reader_formed_text(reader, row, node);

	if (!text)
		return;
	plain_text_release(row, base);
	*row_field(char *, row, base) = memory_copy_text(text);
}

struct node *plain_text_write(const struct key_row *row, const void *base)
{
	const char *text = *row_field_const(char *, row, base);

	return text ? node_scalar(text) : NULL;
}

void plain_text_release(const struct key_row *row, void *base)
{
	cleanup_free(row_field(char *, row, base));
}

void path_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	struct text_value *value = row_field(struct text_value, row, base);

	if (row->otherwise && node->kind == NODE_SCALAR && strcmp(node->text, row->otherwise) == 0)
		return;
	char *path = reader_path(reader, row, node);
	if (!path)
		return;
	text_release(row, base);
	*value = (struct text_value){ .text = path, .at = node->at };
}

void rule_number_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	const char *text = reader_text(reader, row, node);
	uint64_t number;

	if (text && (number_parse(text, RULE_NUMBER_MAXIMUM, &number) < 0 || !number))
		reader_error(reader, &node->at, "write a number from 1 to 32766", "\"%.80s\" is not a rule number",
			     text);
	else if (text)
		*row_field(unsigned, row, base) = (unsigned)number;
}

struct node *rule_number_write(const struct key_row *row, const void *base)
{
	AUTO_FREE char *text = memory_format("%u", *row_field_const(unsigned, row, base));

	return node_number(text);
}

void protocol_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	const char *text = reader_text(reader, row, node);
	struct error err = { 0 };

	if (text && protocol_parse(text, row_field(int, row, base), &err) < 0)
		reader_refuse(reader, &node->at, err.message);
}

struct node *protocol_write(const struct key_row *row, const void *base)
{
	char out[12];

	return node_scalar(protocol_print(*row_field_const(int, row, base), out));
}

void icmp_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	const char *text = reader_text(reader, row, node);
	uint64_t number;

	if (!text)
		return;
	if (strcmp(text, "any") == 0 || strcmp(text, "-1") == 0)
		*row_field(int, row, base) = ICMP_ANY;
	else if (number_parse(text, ICMP_MAXIMUM, &number) == 0)
		*row_field(int, row, base) = (int)number;
	else
		reader_error(reader, &node->at, "write any, or a number from 0 to 255", "\"%.80s\" is not an ICMP %s",
			     text, key_name(row) + strlen("icmp-"));
}

// Any is what an absent key means, and only that may stand beside a protocol without types.
struct node *icmp_write(const struct key_row *row, const void *base)
{
	int number = *row_field_const(int, row, base);
	AUTO_FREE char *text = memory_format("%d", number);

	return number == ICMP_ANY ? NULL : node_number(text);
}

void address_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	struct address_value *value = row_field(struct address_value, row, base);
	const char *text = reader_text(reader, row, node);
	struct error err = { 0 };

	if (text && address_parse(text, &value->address, &err) < 0)
		reader_refuse(reader, &node->at, err.message);
	else if (text)
		value->at = node->at;
}

struct node *address_write(const struct key_row *row, const void *base)
{
	const struct address_value *value = row_field_const(struct address_value, row, base);
	char out[ADDRESS_TEXT_SIZE];

	return value->address.family == FAMILY_NONE ? NULL : node_scalar(address_print(&value->address, out));
}

void prefix_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	const char *text = reader_text(reader, row, node);
	struct error err = { 0 };

	if (text && prefix_parse(text, row_field(struct prefix, row, base), &err) < 0)
		reader_refuse(reader, &node->at, err.message);
}

struct node *prefix_write(const struct key_row *row, const void *base)
{
	char out[PREFIX_TEXT_SIZE];

	return node_scalar(prefix_print(row_field_const(struct prefix, row, base), out));
}

bool peer_parse(struct reader *reader, const struct location *at, const char *text, struct rule_peer *peer)
{
	static const struct {
		const char *word;
		enum peer_kind kind;
	} words[] = { { "self", PEER_SELF }, { "subnets", PEER_SUBNETS }, { "any", PEER_ANY } };
	struct rule_peer parsed = { .kind = PEER_ENDPOINT, .at = *at };
	struct error err = { 0 };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i].word) == 0)
			parsed.kind = words[i].kind;
	if (strncmp(text, "pl-", 3) == 0)
		parsed.kind = PEER_PREFIX_LIST;
	else if (strncmp(text, "sg-", 3) == 0)
		parsed.kind = PEER_SECURITY_GROUP;
	else if (strpbrk(text, ":/") || (text[0] >= '0' && text[0] <= '9'))  // names begin with a letter
		parsed.kind = PEER_CIDR;
	if (parsed.kind == PEER_CIDR && prefix_parse(text, &parsed.prefix, &err) < 0) {
		reader_refuse(reader, at, err.message);
		return false;
	}
	parsed.name = memory_copy_text(text);
	*peer = parsed;
	return true;
}

void peer_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	const char *text = reader_text(reader, row, node);

	if (!text)
		return;
	peer_release(row, base);
	(void)peer_parse(reader, &node->at, text, row_field(struct rule_peer, row, base));
}

struct node *peer_write(const struct key_row *row, const void *base)
{
	return node_scalar(row_field_const(struct rule_peer, row, base)->name);
}

void peer_release(const struct key_row *row, void *base)
{
	cleanup_free(&row_field(struct rule_peer, row, base)->name);
}
