// SPDX-License-Identifier: GPL-2.0-or-later
// Text → profile → policy → rules: see subject.h.
#include "subject.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/load.h"

static int memory_open(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
		       struct error *err)
{
	(void)from;
	(void)err;
	*path = memory_format("%s.yaml", name);
	*text = memory_copy_text(data);
	*length = strlen(*text);
	return 0;
}

static int no_file(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
		   struct error *err)
{
	(void)data;
	(void)from;
	(void)path;
	(void)text;
	(void)length;
	return error_set(err, -ENOENT, "no file %s in a test", file);
}

// "# host own: 10.20.1.21" and the like, wherever they stand: see random_profile.h.
static void settle(const char *text, struct profile *profile)
{
	const struct {
		const char *word;
		struct prefix_set *set;
	} rows[] = {
		{ "# host own: ", &profile->host.own },
		{ "# host gateway: ", &profile->host.gateways },
		{ "# host proxy: ", &profile->host.proxies },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (const char *at = text; (at = strstr(at, rows[i].word)); at++) {
			char address[ADDRESS_TEXT_SIZE] = "";
			struct prefix prefix;
			(void)sscanf(at + strlen(rows[i].word), "%45s", address);
			if (prefix_parse(address, &prefix, NULL) == 0)
				prefix_set_add(rows[i].set, &prefix);
		}
		prefix_set_normalize(rows[i].set);
	}
	profile->host.known = true;
	profile->vpc.subnets_of_host = strstr(text, "# host subnets");
}

bool subject_profile(const char *text, struct profile *profile, struct strbuf *why)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_FREE char *copy = memory_copy_text(text);
	const struct profile_source source = { .data = copy, .open = memory_open, .read = no_file };

	if (profile_load(&source, "profile", profile, &mistakes)) {
		if (why)
			mistakes_format(&mistakes, why);
		return false;
	}
	settle(text, profile);
	return true;
}

bool subject_load(const char *text, struct subject *subject, struct strbuf *why)
{
	struct profile profile = { 0 };
	struct error err = { 0 };

	if (!subject_profile(text, &profile, why))
		return false;
	int result = policy_build(&profile, &subject->policy, &err);
	if (result && why)
		strbuf_add(why, err.message);
	subject->uplink = profile.network.uplink;
	profile_release(&profile);
	return result == 0;
}

void subject_release(struct subject *subject)
{
	policy_release(&subject->policy);
}

struct ruleset *subject_compile(const struct subject *subject, const struct ruleset_link *link, uint32_t generation)
{
	struct ruleset_options options = ruleset_defaults;
	struct ruleset_link own;

	options.log_rate = 0;
	options.generation = generation;
	if (link && policy_needs_link(&subject->policy)) {
		own = *link;
		if (!ruleset_asks_neighbours(subject->uplink))
			own.neighbours = NULL;
		options.link = &own;
	}
	return ruleset_compile(&subject->policy, &options);
}
