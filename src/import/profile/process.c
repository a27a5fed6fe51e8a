// SPDX-License-Identifier: GPL-2.0-or-later
// The section `process` of an imported profile: the container's environment, without what may be a secret. See
// part.h.
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "import/profile/part.h"
#include "profile/form.h"

enum { LONGEST_VALUE = 4096 };

// In names that may stand for a secret, in any case of their letters.
static const char *const secret_words[] = { "TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "CREDENTIAL", "AUTH" };

static bool is_secret_name(const char *name)
{
	for (size_t i = 0; i < sizeof(secret_words) / sizeof(secret_words[0]); i++)
		if (strcasestr(name, secret_words[i]))
			return true;
	return false;
}

// An access key's id, a private key, a URL with a password in it.
static bool is_secret_value(const char *value)
{
	const char *scheme = strstr(value, "://"), *host = scheme ? scheme + 3 : NULL;

	return strstr(value, "AKIA") || strstr(value, "ASIA") || strstr(value, "-----BEGIN") ||
	       (host && memchr(host, '@', strcspn(host, "/?#")));
}

static bool is_text(const char *value)
{
	for (size_t bytes; *value; value += bytes) {
		bytes = utf8_length(value);
		if (!bytes)
			return false;
	}
	return true;
}

static const char *why_not(const struct named_text *variable)
{
	if (form_variable(variable->name))
		return "is no variable's name";
	if (is_secret_name(variable->name) || is_secret_value(variable->text))
		return "may be a secret, and a profile is no place for one";
	if (strlen(variable->text) > LONGEST_VALUE || !is_text(variable->text))
		return "is too long, or no text";
	return NULL;
}

static int by_name(const void *left, const void *right)
{
	const struct named_text *a = *(const struct named_text *const *)left;
	const struct named_text *b = *(const struct named_text *const *)right;
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->text, b->text);
}

static struct node *variables(const struct aws_job *job)
{
	AUTO_FREE const struct named_text **sorted = NEW_ARRAY(const struct named_text *, job->environment.count);
	struct node *set = node_new(NODE_MAPPING);
	size_t count = 0;

	vec_for_each (variable, &job->environment)
		sorted[count++] = variable;
	if (count)
		qsort((void *)sorted, count, sizeof(*sorted), by_name);
	for (size_t i = 0; i < count; i++) {
		const char *why = why_not(sorted[i]);
		AUTO_STRBUF struct strbuf note = { 0 };
		if (!why && node_get(set, sorted[i]->name))
			why = "stands there twice";
		if (!why) {
			node_set(set, sorted[i]->name, node_scalar(sorted[i]->text));
			continue;
		}
		strbuf_add(&note, "not written: ");
		text_foreign(&note, sorted[i]->name);
		strbuf_format(&note, " %s", why);
		node_add_after(set, strbuf_text(&note));
	}
	return set;
}

struct node *text_process(const struct text_draft *draft)
{
	const struct aws_job *job = draft->first->selection ? draft->first->selection->job : NULL;
	struct node *process = node_new(NODE_MAPPING), *credentials = node_scalar("scrub");

	node_set_aside(credentials, draft->first->isolated ? "as under network isolation"
							   : "AWS gives the job its role's: keep has the user's own");
	node_set(process, "credentials", credentials);
	if (job && job->environment.count) {
		struct node *environment = node_new(NODE_MAPPING);
		node_set_aside(environment, "of the job's container");
		node_set(environment, "set", variables(job));
		node_set(process, "environment", environment);
	}
	return process;
}
