// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of one event: a row's texts with Region and service in them. See hints.h.
#include <string.h>

#include "audit/hint/subject.h"
#include "base/cleanup.h"
#include "base/memory.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *hint_remedy_title(enum hint_remedy remedy)
{
	static const char *const titles[HINT_REMEDIES] = {
		"set a variable",     "bring it along",     "add an endpoint",
		"change the profile", "change the program", "nothing to do",
	};

	return titles[remedy];
}

const char *hint_remedy_word(enum hint_remedy remedy)
{
	static const char *const words[HINT_REMEDIES] = { "set", "stage", "endpoint", "profile", "code", "nothing" };

	return words[remedy];
}

static const char *value_of(char letter, const struct hint_subject *subject)
{
	switch (letter) {
	case 'r':
		return subject->own_region ? subject->own_region : subject->region[0] ? subject->region : "REGION";
	case 'o':
		return subject->region[0] ? subject->region : "another Region";
	case 's':
		return subject->service ? subject->service : "SERVICE";
	default:
		return "%";
	}
}

static void fill(const char *text, const struct hint_subject *subject, struct strbuf *out)
{
	for (; *text; text++) {
		if (*text == '%' && text[1])
			strbuf_add(out, value_of(*++text, subject));
		else
			strbuf_add_char(out, *text);
	}
}

static char *filled(const char *text, const struct hint_subject *subject)
{
	AUTO_STRBUF struct strbuf out = { 0 };

	fill(text, subject, &out);
	return strbuf_steal(&out);
}

// Under network isolation no endpoint, group or route counts: only peers, what the job's processes see, and isolation
// itself.
static bool is_void(const struct hint *hint, const struct hint_facts *facts)
{
	static const char *const still[] = { "network.peers", "network.isolation", "hosts", "process." };

	if (!facts || !facts->known || facts->isolation != ISOLATION_FULL)
		return false;
	if (hint->remedy != HINT_PROFILE && hint->remedy != HINT_ENDPOINT)
		return false;
	for (size_t i = 0; hint->key && i < COUNT(still); i++)
		if (strncmp(hint->key, still[i], strlen(still[i])) == 0)
			return false;
	return true;
}

static char *isolated_fix(const struct hint *hint, const struct hint_subject *subject)
{
	AUTO_STRBUF struct strbuf out = { 0 };

	strbuf_add(&out,
		   "Under network isolation nothing is reached but the job itself and its peers, also not through "
		   "an endpoint: ");
	if (hint->channel) {
		strbuf_add(&out, "use ");
		fill(hint->channel, subject, &out);
	} else {
		strbuf_add(&out, "do it outside of the job, or do without");
	}
	strbuf_add_char(&out, '.');
	return strbuf_steal(&out);
}

static char *settings_of(const struct hint *hint, const struct hint_subject *subject)
{
	AUTO_STRBUF struct strbuf out = { 0 };

	for (size_t i = 0; i < HINT_SETTINGS && hint->settings[i].variable; i++) {
		strbuf_format(&out, "%s%s=", i ? " " : "", hint->settings[i].variable);
		fill(hint->settings[i].value, subject, &out);
	}
	return out.length ? strbuf_steal(&out) : NULL;
}

// The applications of SageMaker have a name of their own. Source: "Connect to SageMaker AI within your VPC".
static char *endpoint_of(const struct hint *hint, const struct hint_subject *subject)
{
	static const char *const applications[] = { "experiments", "notebook", "studio" };
	AUTO_FREE char *service = filled(hint->service, subject);
	const char *front = "com.amazonaws";

	for (size_t i = 0; i < COUNT(applications); i++)
		if (strcmp(service, applications[i]) == 0)
			front = "aws.sagemaker";
	return memory_format("%s.%s.%s", front, value_of('r', subject), service);
}

static char *group_of(const struct hint *hint, const struct hint_subject *subject)
{
	bool by_service = (hint->service && strcmp(hint->service, "%s") == 0) || hint->region == HINT_REGION_OTHER;

	if (by_service && subject->service)
		return memory_format("%s/%s", hint->name, subject->service);
	return memory_copy_text(hint->name);
}

char *hint_group(const struct event *event, const struct hint_facts *facts)
{
	struct hint_subject subject;

	hint_subject_of(event, facts, &subject);
	return group_of(hint_of_subject(&subject), &subject);
}

void hint_advise(const struct event *event, const struct hint_facts *facts, struct hint_advice *out)
{
	struct hint_subject subject;

	hint_subject_of(event, facts, &subject);
	const struct hint *hint = hint_of_subject(&subject);
	bool nothing = is_void(hint, facts);

	*out = (struct hint_advice){
		.hint = hint,
		.group = group_of(hint, &subject),
		.what = filled(hint->what, &subject),
		.fix = nothing ? isolated_fix(hint, &subject) : filled(hint->fix, &subject),
		.settings = settings_of(hint, &subject),
		.channel = hint->channel,
		.key = nothing ? "network.isolation" : hint->key,
		.source = hint->source,
	};
	if (hint->service && !(facts && facts->known && facts->isolation == ISOLATION_FULL)) {
		out->endpoint = endpoint_of(hint, &subject);
		out->endpoint_type = hint->type == ENDPOINT_GATEWAY ? "gateway" : "interface";
	}
}

void hint_advice_release(struct hint_advice *advice)
{
	free(advice->group);
	free(advice->what);
	free(advice->fix);
	free(advice->endpoint);
	free(advice->settings);
	*advice = (struct hint_advice){ 0 };
}

void hint_format(const struct event *event, const struct hint_facts *facts, struct strbuf *out)
{
	CLEANUP(hint_advice_release) struct hint_advice advice = { 0 };

	hint_advise(event, facts, &advice);
	strbuf_format(out, "%s %s", advice.what, advice.fix);
	if (advice.settings)
		strbuf_format(out, " (%s)", advice.settings);
}
