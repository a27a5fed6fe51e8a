// SPDX-License-Identifier: GPL-2.0-or-later
// The table of hints: every row is reached, has its source, and says what it says in plain words.
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "audit/hint/glob.h"
#include "audit/hint/hints.h"
#include "base/cleanup.h"
#include "policy/service_name.h"

static const struct hint_facts vpc = { .region = "eu-west-1", .isolation = ISOLATION_VPC, .known = true };
static const struct hint_facts isolated = { .region = "eu-west-1", .isolation = ISOLATION_FULL, .known = true };

static void read_event(const char *text, struct event *event)
{
	struct error err = { 0 };

	if (hint_example_read(text, event, &err) < 0)
		fail_msg("%s", err.message);
}

static void assert_hint(const char *text, const char *name)
{
	CLEANUP(event_release) struct event event = { 0 };

	read_event(text, &event);
	const char *found = hint_for(&event, &vpc)->name;
	if (strcmp(found, name) != 0)
		fail_msg("\"%s\" is %s, not %s", text, found, name);
}

static void rows_are_there_and_unique(void **state)
{
	(void)state;
	assert_true(hint_count() >= 40);
	for (size_t i = 0; i < hint_count(); i++)
		assert_ptr_equal(hint_find(hint_at(i)->name), hint_at(i));
	assert_null(hint_find("no such hint"));
}

// An example that an earlier row takes would fail here, and so would a row that nothing reaches.
static void each_row_has_its_example(void **state)
{
	(void)state;
	for (size_t i = 0; i < hint_count(); i++) {
		const struct hint *hint = hint_at(i);
		CLEANUP(event_release) struct event event = { 0 };

		assert_non_null(hint->example);
		if (!hint->fact) {
			assert_hint(hint->example, hint->name);
			continue;
		}
		read_event(hint->example, &event);
		assert_string_not_equal(hint_for(&event, &vpc)->name, hint->name);
		event.reason = memory_copy_text("allowed by the profile, but uplink: none carries nothing");
		event.stand_in = (struct address){ FAMILY_IPV4, 0x34da0001 };  // 52.218.0.1
		assert_string_equal(hint_for(&event, &vpc)->name, hint->name);
	}
}

// Whose endpoint the profile has needs none added; what is denied by the profile itself does.
static void allowed_has_nothing_to_add(void **state)
{
	CLEANUP(event_release) struct event carried = { 0 }, own = { 0 }, denied = { 0 }, unknown = { 0 };
	CLEANUP(hint_advice_release) struct hint_advice advice = { 0 };

	(void)state;
	read_event("packet sts.eu-west-1.amazonaws.com 10.9.1.40 tcp 443 uplink_egress", &carried);
	carried.reason = memory_copy_text("allowed by the profile, not reachable from this host: the VPC is elsewhere");
	hint_advise(&carried, &vpc, &advice);
	assert_null(advice.endpoint);
	assert_null(strstr(advice.fix, "Add"));
	read_event("packet - 10.9.1.1 tcp 443 uplink_egress", &own);
	own.reason = memory_copy_text("this host's own address: a jail reaches the host only through host-ports");
	assert_string_equal(hint_for(&own, &vpc)->name, "layer-uplink");
	read_event("packet kms.eu-west-1.amazonaws.com 198.18.0.1 tcp 443 sg_egress", &denied);
	denied.reason = memory_copy_text("no security group rule allows it");
	assert_string_equal(hint_for(&denied, &vpc)->name, "kms");
	read_event("name kms.eu-west-1.amazonaws.com", &unknown);
	unknown.stand_in = (struct address){ FAMILY_IPV4, 0xc6120001 };  // 198.18.0.1
	assert_string_equal(hint_for(&unknown, &vpc)->name, "kms");
}

static void check_text(const struct hint *hint, const char *text, bool sentence)
{
	size_t length = strlen(text);

	if (length < 4 || length > HINT_TEXT_MAXIMUM)
		fail_msg("%s: %zu bytes: %s", hint->name, length, text);
	if (sentence && text[length - 1] != '.')
		fail_msg("%s: no sentence: %s", hint->name, text);
	for (const char *c = text; *c; c++)
		if (*c == '%' && (!c[1] || !strchr("ros", c[1])))
			fail_msg("%s: what is %%%c: %s", hint->name, c[1], text);
}

static void check_endpoint(const struct hint *hint)
{
	if (strcmp(hint->service, "%s") != 0 && !endpoint_service_is_known(hint->service))
		fail_msg("%s: no such service: %s", hint->name, hint->service);
	bool gateway = strcmp(hint->service, "s3") == 0 || strcmp(hint->service, "dynamodb") == 0;
	assert_int_equal(hint->type, gateway ? ENDPOINT_GATEWAY : ENDPOINT_INTERFACE);
}

static void check_settings(const struct hint *hint)
{
	for (size_t i = 0; i < HINT_SETTINGS && hint->settings[i].variable; i++) {
		const char *variable = hint->settings[i].variable;

		assert_non_null(hint->settings[i].value);
		if (variable[strspn(variable, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")])
			fail_msg("%s: no variable: %s", hint->name, variable);
	}
}

static void texts_are_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < hint_count(); i++) {
		const struct hint *hint = hint_at(i);

		assert_false(hint->name[strspn(hint->name, "abcdefghijklmnopqrstuvwxyz0123456789-")]);
		check_text(hint, hint->what, true);
		check_text(hint, hint->fix, true);
		check_text(hint, hint->source, false);
		if (hint->channel)
			check_text(hint, hint->channel, false);
		if (hint->service)
			check_endpoint(hint);
		if (hint->remedy == HINT_ENDPOINT)
			assert_non_null(hint->service);
		if (hint->remedy == HINT_STAGE)
			assert_non_null(hint->channel);
		if (hint->remedy == HINT_SET)
			assert_non_null(hint->settings[0].variable);
		if (hint->remedy == HINT_PROFILE)
			assert_non_null(hint->key);
		check_settings(hint);
	}
}

// Patterns are compared with lower case.
static void patterns_are_lower_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < hint_count(); i++)
		for (size_t j = 0; j < HINT_PATTERNS && hint_at(i)->hosts[j]; j++)
			for (const char *c = hint_at(i)->hosts[j]; *c; c++)
				assert_false(*c >= 'A' && *c <= 'Z');
}

static void habits(void **state)
{
	static const struct {
		const char *event, *hint;
	} rows[] = {
		{ "packet PyPI.org. 151.101.0.223 tcp 443 isolation_egress pip", "pypi" },
		{ "name files.pythonhosted.org", "pypi" },
		{ "name notpypi.org", "name" },
		{ "packet cdn-lfs.hf.co 3.1.1.1 tcp 443 route_egress python3", "hugging-face" },
		{ "name s3.eu-west-1.amazonaws.com", "s3" },
		{ "name my-data-1.s3.eu-west-1.amazonaws.com", "s3" },
		{ "name bucket.s3-us-west-2.amazonaws.com", "s3-other-region" },
		{ "name bucket.s3.amazonaws.com", "s3-global" },
		{ "name s3.eu-west-1.amazonaws.com.evil.example", "name" },
		{ "name sts.us-east-1.amazonaws.com", "aws-other-region" },
		{ "name bedrock-runtime.eu-west-1.amazonaws.com", "aws-service" },
		{ "packet - fd00:ec2::254 tcp 80 service_egress python3", "imds" },
		{ "packet - 8.8.4.4 tcp 53 route_egress python3", "dns-public" },
		{ "packet - 10.9.0.53 tcp 53 sg_egress python3", "dns-private" },
		{ "packet - 239.255.255.250 udp 1900 packet_egress python3", "multicast" },
		{ "packet - 127.0.0.1 tcp 6379 uplink_egress python3", "host-ports" },
		{ "packet - 172.17.0.1 tcp 9 sg_egress python3", "bridge-interface" },
		{ "packet - 10.9.1.21 udp 4791 sg_egress python3", "rdma" },
		{ "call clone3 python3", "clone3" },
		{ "call socket=10 python3", "socket-family" },
		{ "flow - 93.184.215.14 tcp 443 - curl", "public" },
		{ "packet - 198.18.0.7 tcp 443 route_egress curl", "public" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_hint(rows[i].event, rows[i].hint);
}

// What the recorder is sure of goes before what the table sees; a name that no row has does not.
static void recorder_is_believed(void **state)
{
	CLEANUP(event_release) struct event event = { 0 };

	(void)state;
	read_event("packet - 10.9.1.9 tcp 8081 sg_egress python3", &event);
	event.hint = memory_copy_text("host-ports");
	assert_string_equal(hint_for(&event, NULL)->name, "host-ports");
	free(event.hint);
	event.hint = memory_copy_text("nonsense");
	assert_string_equal(hint_for(&event, NULL)->name, "layer-security-group");
}

static void parents_count(void **state)
{
	CLEANUP(event_release) struct event event = { 0 };
	struct event_parent parent = { .pid = 2, .name = memory_copy_text("srun") };

	(void)state;
	read_event("packet - 10.9.0.2 tcp 6817 isolation_egress python3", &event);
	assert_string_equal(hint_for(&event, NULL)->name, "layer-isolation");
	vec_push(&event.process.parents, parent);
	assert_string_equal(hint_for(&event, NULL)->name, "slurm");
}

static void advice_names_the_region(void **state)
{
	CLEANUP(event_release) struct event event = { 0 };
	CLEANUP(hint_advice_release) struct hint_advice advice = { 0 };

	(void)state;
	read_event("name logs.eu-west-1.amazonaws.com", &event);
	hint_advise(&event, &vpc, &advice);
	assert_string_equal(advice.endpoint, "com.amazonaws.eu-west-1.logs");
	assert_string_equal(advice.endpoint_type, "interface");
	assert_string_equal(advice.group, "logs");
	assert_non_null(strstr(advice.fix, "com.amazonaws.eu-west-1.logs "));
	hint_advice_release(&advice);
	hint_advise(&event, NULL, &advice);
	assert_string_equal(advice.endpoint, "com.amazonaws.eu-west-1.logs");
}

static void advice_of_services(void **state)
{
	CLEANUP(event_release) struct event athena = { 0 };
	CLEANUP(event_release) struct event sts = { 0 };
	CLEANUP(event_release) struct event bucket = { 0 };
	CLEANUP(hint_advice_release) struct hint_advice advice = { 0 };

	(void)state;
	read_event("name athena.eu-west-1.amazonaws.com", &athena);
	hint_advise(&athena, &vpc, &advice);
	assert_string_equal(advice.group, "aws-service/athena");
	assert_string_equal(advice.endpoint, "com.amazonaws.eu-west-1.athena");
	assert_string_equal(advice.what, "athena of AWS.");
	hint_advice_release(&advice);
	read_event("name sts.amazonaws.com", &sts);
	hint_advise(&sts, &vpc, &advice);
	assert_string_equal(advice.settings, "AWS_STS_REGIONAL_ENDPOINTS=regional AWS_REGION=eu-west-1");
	hint_advice_release(&advice);
	read_event("name b.s3.us-west-2.amazonaws.com", &bucket);
	hint_advise(&bucket, &vpc, &advice);
	assert_null(advice.endpoint);
	assert_non_null(strstr(advice.what, "us-west-2"));
}

static void isolation_has_no_endpoints(void **state)
{
	CLEANUP(event_release) struct event event = { 0 };
	CLEANUP(event_release) struct event peer = { 0 };
	CLEANUP(hint_advice_release) struct hint_advice advice = { 0 };

	(void)state;
	read_event("name bucket.s3.eu-west-1.amazonaws.com", &event);
	hint_advise(&event, &isolated, &advice);
	assert_null(advice.endpoint);
	assert_null(advice.endpoint_type);
	assert_non_null(strstr(advice.fix, "use the data, as an input channel"));
	assert_string_equal(advice.key, "network.isolation");
	hint_advice_release(&advice);
	read_event("packet - 10.9.1.21 tcp 29500 isolation_egress train.py", &peer);
	hint_advise(&peer, &isolated, &advice);
	assert_string_equal(advice.key, "network.peers");
}

// Names, programs and calls are foreign: nothing of them gets into an advice, and none is too long.
static void hostile_names_are_inert(void **state)
{
	static const char *const names[] = {
		"<script>alert(1)</script>.pypi.org",
		"\x1b[31m.s3.eu-west-1.amazonaws.com",
		"%s%n%r.amazonaws.com",
		"\xff\xfe.huggingface.co",
		"*",
		"?",
		".",
		"..",
		"",
		"s3.<b>.amazonaws.com",
		"x.s3.%r-west-1.amazonaws.com",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CLEANUP(event_release) struct event event = { .kind = EVENT_NAME, .name = memory_copy_text(names[i]) };
		AUTO_STRBUF struct strbuf out = { 0 };

		vec_push(&event.process.arguments, memory_copy_text(names[i]));
		event.process.script = memory_copy_text(names[i]);
		hint_format(&event, &vpc, &out);
		assert_true(out.length > 10);
		assert_null(strstr(strbuf_text(&out), "<"));
		for (const char *c = strbuf_text(&out); *c; c++)
			assert_false((unsigned char)*c < 0x20 || *c == 0x7f);
	}
}

static void long_names_are_no_names(void **state)
{
	CLEANUP(event_release) struct event event = { .kind = EVENT_NAME };
	char *name = memory_new(1, 65537);

	(void)state;
	memset(name, 'a', 65536);
	memcpy(name + 65536 - 9, ".pypi.org", 9);
	event.name = name;
	vec_push(&event.process.arguments, memory_copy_text(name));
	assert_string_equal(hint_for(&event, &vpc)->name, "anything");
}

static void globs(void **state)
{
	(void)state;
	assert_true(glob_matches("*.pypi.org", "files.pypi.org"));
	assert_false(glob_matches("*.pypi.org", "pypi.org"));
	assert_true(glob_matches("a*b*c", "axxbyybzzc"));
	assert_false(glob_matches("a*b*c", "axxbyyb"));
	assert_true(glob_matches("algo-?", "algo-2"));
	assert_false(glob_matches("algo-?", "algo-"));
	assert_true(glob_matches("", ""));
	assert_true(glob_matches("**", ""));
	assert_false(glob_matches("", "a"));
}

static void examples_are_read_strictly(void **state)
{
	static const char *const wrong[] = {
		"",
		"packet",
		"packet - 10.0.0.1 tcp 443",
		"packet - 10.0.0 tcp 443 x",
		"packet - 10.0.0.1 tpc 443 x",
		"packet - 10.0.0.1 tcp 65536 x",
		"thing x",
		"name a b c",
		"packet a 10.0.0.1 tcp 1 x y z z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct event event = { 0 };
		assert_int_equal(hint_example_read(wrong[i], &event, NULL), -22);
	}
}

static void words_of_remedies(void **state)
{
	(void)state;
	for (int i = 0; i < HINT_REMEDIES; i++) {
		assert_non_null(hint_remedy_title((enum hint_remedy)i));
		assert_non_null(hint_remedy_word((enum hint_remedy)i));
	}
	assert_string_equal(hint_remedy_word(HINT_ENDPOINT), "endpoint");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_there_and_unique),  cmocka_unit_test(each_row_has_its_example),
		cmocka_unit_test(allowed_has_nothing_to_add), cmocka_unit_test(texts_are_sound),
		cmocka_unit_test(patterns_are_lower_case),    cmocka_unit_test(habits),
		cmocka_unit_test(recorder_is_believed),       cmocka_unit_test(parents_count),
		cmocka_unit_test(advice_names_the_region),    cmocka_unit_test(advice_of_services),
		cmocka_unit_test(isolation_has_no_endpoints), cmocka_unit_test(hostile_names_are_inert),
		cmocka_unit_test(long_names_are_no_names),    cmocka_unit_test(globs),
		cmocka_unit_test(examples_are_read_strictly), cmocka_unit_test(words_of_remedies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
