// SPDX-License-Identifier: GPL-2.0-or-later
// What profile_settle filled in, as text: see settled.h.
#include "plan/settled.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

static const char known[] = "known";
static const char subnet[] = "subnet";

static const struct {
	const char *word;
	size_t offset;  // of a struct prefix_set in struct profile_host
} set_rows[] = {
	{ "own", offsetof(struct profile_host, own) },
	{ "gateway", offsetof(struct profile_host, gateways) },
	{ "nameserver", offsetof(struct profile_host, nameservers) },
	{ "proxy", offsetof(struct profile_host, proxies) },
};
enum { SETS = sizeof(set_rows) / sizeof(set_rows[0]) };

static struct prefix_set *set_of(struct profile_host *host, size_t row)
{
	return (struct prefix_set *)(void *)((char *)host + set_rows[row].offset);
}

static void print_line(const char *word, const struct prefix *prefix, struct strbuf *out)
{
	char text[PREFIX_TEXT_SIZE];

	strbuf_format(out, "%s %s\n", word, prefix_print(prefix, text));
}

void settled_print(const struct profile *profile, struct strbuf *out)
{
	struct profile_host host = profile->host;  // the sets stay the profile's

	if (!host.known)
		return;
	strbuf_format(out, "%s\n", known);
	if (profile->vpc.subnets_of_host)
		vec_for_each (each, &profile->vpc.subnets)
			print_line(subnet, &each->prefix, out);
	for (size_t i = 0; i < SETS; i++) {
		prefix_vec prefixes = { 0 };

		prefix_set_to_prefixes(set_of(&host, i), FAMILY_IPV4, &prefixes);
		prefix_set_to_prefixes(set_of(&host, i), FAMILY_IPV6, &prefixes);
		vec_for_each (prefix, &prefixes)
			print_line(set_rows[i].word, prefix, out);
		vec_release(&prefixes);
	}
}

static bool read_line(const char *word, const char *value, struct profile *profile)
{
	struct prefix prefix;

	if (prefix_parse(value, &prefix, NULL) < 0)
		return false;
	if (strcmp(word, subnet) == 0) {
		vec_push(&profile->vpc.subnets,
			 (struct prefix_value){ .prefix = prefix, .at = profile->vpc.subnets_at });
		return profile->vpc.subnets_of_host;
	}
	for (size_t i = 0; i < SETS; i++)
		if (strcmp(word, set_rows[i].word) == 0) {
			prefix_set_add(set_of(&profile->host, i), &prefix);
			return true;
		}
	return false;
}

int settled_read(const char *text, struct profile *profile, struct error *err)
{
	AUTO_FREE char *copy = memory_copy_text(text);
	unsigned number = 0;

	for (char *rest = copy, *line; (line = strsep(&rest, "\n")) && (rest || *line);) {
		char *value = strchr(line, ' ');
		bool good = number++ ? value != NULL : strcmp(line, known) == 0;

		if (good && number > 1) {
			*value++ = '\0';
			good = read_line(line, value, profile);
		}
		if (!good || !rest)  // a last line without its end was cut off
			return error_set(err, -EBADMSG, "line %u of what is known of the host makes no sense", number);
	}
	for (size_t i = 0; i < SETS; i++)
		prefix_set_normalize(set_of(&profile->host, i));
	profile->host.known = number > 0;
	return 0;
}
