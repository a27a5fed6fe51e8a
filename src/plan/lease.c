// SPDX-License-Identifier: GPL-2.0-or-later
// Leases of two DHCP clients: see lease.h.
//
// dhclient appends a block at each renewal, in a language of statements: words, an end by a semicolon or a block.
// systemd-networkd keeps one lease a file, a KEY=value a line. What says nothing of address, subnet, router or end is
// passed over, but must have the form.
#include "plan/lease.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/number.h"

enum { TOKEN_SIZE = 256, DAY = 86400 };

enum token { TOKEN_END, TOKEN_WORD, TOKEN_TEXT, TOKEN_MARK, TOKEN_WRONG };

struct reader {
	const char *at, *end;
	unsigned line;
	char word[TOKEN_SIZE];  // of the last token; a mark's is its one character; longer ones are cut
	struct lease lease;     // of the block that is read
	bool has_mask, has_address;
};

static int wrong(const struct reader *reader, struct error *err, const char *what)
{
	return error_set(err, -EINVAL, "line %u: %s", reader->line, what);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_mark(char c)
{
	return c == ';' || c == '{' || c == '}' || c == ',';
}

static void skip(struct reader *reader)
{
	bool comment = false;

	for (; reader->at < reader->end; reader->at++) {
		comment = comment ? *reader->at != '\n' : *reader->at == '#';
		if (!comment && !is_blank(*reader->at))
			return;
		reader->line += *reader->at == '\n';
	}
}

// "text", with backslashes before what stands for itself. What it says is of no interest.
static enum token next_text(struct reader *reader)
{
	reader->word[0] = '\0';
	for (reader->at++; reader->at < reader->end; reader->at++) {
		if (*reader->at == '"') {
			reader->at++;
			return TOKEN_TEXT;
		}
		if (*reader->at == '\\')
			reader->at++;
		if (reader->at >= reader->end || *reader->at == '\n')
			break;
	}
	return TOKEN_WRONG;
}

static enum token next(struct reader *reader)
{
	size_t length = 0;

	skip(reader);
	if (reader->at >= reader->end)
		return TOKEN_END;
	if (*reader->at == '"')
		return next_text(reader);
	if (is_mark(*reader->at)) {
		reader->word[0] = *reader->at++;
		reader->word[1] = '\0';
		return TOKEN_MARK;
	}
	for (; reader->at < reader->end && !is_blank(*reader->at) && !is_mark(*reader->at) && *reader->at != '"';
	     reader->at++) {
		if ((unsigned char)*reader->at < ' ' || *reader->at == 0x7f)
			return TOKEN_WRONG;
		if (length < TOKEN_SIZE - 1)
			reader->word[length++] = *reader->at;
	}
	reader->word[length] = '\0';
	return TOKEN_WORD;
}

static bool is(const struct reader *reader, enum token token, const char *word)
{
	return (token == TOKEN_WORD || token == TOKEN_MARK) && strcmp(reader->word, word) == 0;
}

// The rest of a statement that says nothing to us, with the blocks in it; `token` is where it goes on.
static int pass_over(struct reader *reader, enum token token, struct error *err)
{
	unsigned depth = 0;

	for (;; token = next(reader)) {
		if (token == TOKEN_END)
			return wrong(reader, err, "the file ends in the middle of a statement");
		if (token == TOKEN_WRONG)
			return wrong(reader, err, "a text without its end, or a byte that no lease has");
		if (is(reader, token, "{"))
			depth++;
		if (is(reader, token, "}")) {
			if (depth == 0)
				return wrong(reader, err, "a \"}\" without a block");
			depth--;
		}
		if (depth == 0 && (is(reader, token, ";") || is(reader, token, "}")))
			return 0;
	}
}

// The statement ends here.
static int end(struct reader *reader, struct error *err)
{
	return is(reader, next(reader), ";") ? 0 : wrong(reader, err, "a \";\" is missing");
}

static int parse_ipv4(const struct reader *reader, const char *text, struct address *out, struct error *err)
{
	if (address_parse(text, out, NULL) == 0 && out->family == FAMILY_IPV4)
		return 0;
	return wrong(reader, err, "this is no IPv4 address");
}

// 255.255.255.0 → 24.
static int parse_mask(struct reader *reader, const char *text, struct error *err)
{
	struct address mask;
	unsigned length = 0;

	if (parse_ipv4(reader, text, &mask, err) < 0)
		return -EINVAL;
	while (length < 32 && mask.bits >> (31 - length) & 1)
		length++;
	if (mask.bits != (length ? (uint32_t)(0xffffffffU << (32 - length)) : 0))
		return wrong(reader, err, "this is no subnet mask");
	if (reader->has_mask)
		return wrong(reader, err, "a second subnet mask");
	reader->lease.own.length = (uint8_t)length;
	reader->has_mask = true;
	return 0;
}

static int parse_address(struct reader *reader, const char *text, struct error *err)
{
	if (reader->has_address)
		return wrong(reader, err, "a second address");
	reader->has_address = true;
	return parse_ipv4(reader, text, &reader->lease.own.address, err);
}

// The first of several: clients prefer it.
static int parse_router(struct reader *reader, const char *text, struct error *err)
{
	if (reader->lease.router.family != FAMILY_NONE)
		return wrong(reader, err, "a second list of routers");
	return parse_ipv4(reader, text, &reader->lease.router, err);
}

// Days from 1970-01-01 in the Gregorian calendar: years begin in March, so that the odd day is a year's last.
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = month > 2 ? year : year - 1;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + of_year - 719468;
}

// Digits with separators between, `count` numbers, each at least its minimum and at most its maximum.
static bool parse_parts(const char *text, char separator, uint64_t *parts, const uint64_t (*limits)[2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strspn(text, "0123456789");
		uint64_t value = 0;

		if (length == 0 || length > 4 || text[length] != (i + 1 < count ? separator : '\0'))
			return false;
		for (size_t digit = 0; digit < length; digit++)
			value = 10 * value + (uint64_t)(text[digit] - '0');
		if (value < limits[i][0] || value > limits[i][1])
			return false;
		parts[i] = value;
		text += length + 1;
	}
	return true;
}

// "4 2026/11/27 18:06:57" in UTC, "epoch 1795802817" or "never".
static int parse_end(struct reader *reader, struct error *err)
{
	static const uint64_t day_limits[][2] = { { 1970, 9999 }, { 1, 12 }, { 1, 31 } };
	static const uint64_t time_limits[][2] = { { 0, 23 }, { 0, 59 }, { 0, 60 } };
	uint64_t day[3], time[3], seconds;
	enum token token = next(reader);

	reader->lease.ends = !is(reader, token, "never");
	if (!reader->lease.ends)
		return end(reader, err);
	if (is(reader, token, "epoch")) {
		if (next(reader) != TOKEN_WORD || number_parse(reader->word, INT64_MAX, &seconds) < 0)
			return wrong(reader, err, "this is no number of seconds");
		reader->lease.end = (int64_t)seconds;
		return end(reader, err);
	}
	if (token != TOKEN_WORD || strspn(reader->word, "0123456") != 1 || reader->word[1] ||
	    next(reader) != TOKEN_WORD || !parse_parts(reader->word, '/', day, day_limits, 3) ||
	    next(reader) != TOKEN_WORD || !parse_parts(reader->word, ':', time, time_limits, 3))
		return wrong(reader, err, "this is no time: a weekday, YYYY/MM/DD and HH:MM:SS are expected");
	reader->lease.end = days_from_civil((int64_t)day[0], (int64_t)day[1], (int64_t)day[2]) * DAY +
			    (int64_t)(time[0] * 3600 + time[1] * 60 + time[2]);
	return end(reader, err);
}

static int parse_option(struct reader *reader, struct error *err)
{
	static const struct {
		const char *name;
		int (*parse)(struct reader *reader, const char *text, struct error *err);
	} rows[] = { { "subnet-mask", parse_mask }, { "routers", parse_router } };

	if (next(reader) != TOKEN_WORD)
		return wrong(reader, err, "an option without a name");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(reader->word, rows[i].name) != 0)
			continue;
		if (next(reader) != TOKEN_WORD)
			return wrong(reader, err, "an option without its value");
		return rows[i].parse(reader, reader->word, err) < 0 ? -EINVAL : pass_over(reader, next(reader), err);
	}
	return pass_over(reader, next(reader), err);
}

static int parse_block(struct reader *reader, struct error *err)
{
	reader->lease = (struct lease){ 0 };
	reader->has_mask = reader->has_address = false;
	for (;;) {
		enum token token = next(reader);
		int result;

		if (is(reader, token, "}"))
			return 0;
		if (is(reader, token, "fixed-address"))
			result = next(reader) != TOKEN_WORD ? wrong(reader, err, "an address is missing")
				 : parse_address(reader, reader->word, err) < 0 ? -EINVAL
										: end(reader, err);
		else if (is(reader, token, "option"))
			result = parse_option(reader, err);
		else if (is(reader, token, "expire"))
			result = parse_end(reader, err);
		else
			result = pass_over(reader, token, err);
		if (result < 0)
			return -EINVAL;
	}
}

// The last block counts. IPv6 ones have no subnet, and are passed over.
static int parse_dhclient(struct reader *reader, struct error *err)
{
	bool any = false;

	for (;;) {
		enum token token = next(reader);

		if (token == TOKEN_END)
			break;
		if (!is(reader, token, "lease")) {
			if (pass_over(reader, token, err) < 0)
				return -EINVAL;
			continue;
		}
		token = next(reader);
		if (!is(reader, token, "{"))
			return wrong(reader, err, "a block is expected: this looks like a DHCP server's file");
		if (parse_block(reader, err) < 0)
			return -EINVAL;
		any = true;
	}
	return any ? 0 : wrong(reader, err, "there is no IPv4 lease in the file");
}

static int parse_lifetime(struct reader *reader, const char *text, struct error *err)
{
	uint64_t seconds;

	if (number_parse(text, UINT32_MAX, &seconds) < 0)
		return wrong(reader, err, "this is no number of seconds");
	reader->lease.ends = reader->lease.from_file_time = seconds != UINT32_MAX;
	reader->lease.end = (int64_t)seconds;
	return 0;
}

static int parse_routers(struct reader *reader, const char *text, struct error *err)
{
	AUTO_FREE char *first = memory_copy_bytes(text, strcspn(text, " "));

	return parse_router(reader, first, err);
}

static int parse_line(struct reader *reader, const char *line, struct error *err)
{
	static const struct {
		const char *key;
		int (*parse)(struct reader *reader, const char *text, struct error *err);
	} rows[] = { { "ADDRESS", parse_address },
		     { "NETMASK", parse_mask },
		     { "ROUTER", parse_routers },
		     { "LIFETIME", parse_lifetime } };
	size_t key = strcspn(line, "=");

	if (line[0] == '\0' || line[0] == '#')
		return 0;
	if (line[key] != '=' || key == 0)
		return wrong(reader, err, "KEY=value is expected");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strlen(rows[i].key) == key && memcmp(rows[i].key, line, key) == 0)
			return rows[i].parse(reader, line + key + 1, err);
	return 0;
}

static int parse_networkd(struct reader *reader, struct error *err)
{
	while (reader->at < reader->end) {
		const char *stop = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
		size_t length = (size_t)((stop ? stop : reader->end) - reader->at);
		AUTO_FREE char *line = memory_copy_bytes(reader->at, length);

		if (strlen(line) != length)
			return wrong(reader, err, "a byte that no lease has");
		if (parse_line(reader, line, err) < 0)
			return -EINVAL;
		reader->at += length + (stop ? 1 : 0);
		reader->line++;
	}
	return 0;
}

// KEY=value, where dhclient has a word.
static bool is_networkd(struct reader reader)
{
	skip(&reader);
	for (; reader.at < reader.end && ((*reader.at >= 'A' && *reader.at <= 'Z') || *reader.at == '_' ||
					  (*reader.at >= '0' && *reader.at <= '9'));
	     reader.at++)
		;
	return reader.at < reader.end && *reader.at == '=';
}

int lease_parse(const char *text, size_t length, struct lease *out, struct error *err)
{
	struct reader reader = { .at = text, .end = text + length, .line = 1 };

	if ((is_networkd(reader) ? parse_networkd(&reader, err) : parse_dhclient(&reader, err)) < 0)
		return -EINVAL;
	if (!reader.has_address)
		return wrong(&reader, err, "the last lease has no address (fixed-address, or ADDRESS)");
	if (!reader.has_mask)
		return wrong(&reader, err, "the last lease has no subnet mask (option subnet-mask, or NETMASK)");
	*out = reader.lease;
	return 0;
}
