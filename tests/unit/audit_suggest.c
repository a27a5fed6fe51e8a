// SPDX-License-Identifier: GPL-2.0-or-later
// Suggestions: what is printed for three of the shipped profiles, and that nothing public is ever let through by one.
#include "audit_fixture.h"

#include <stdio.h>

#include "audit/suggest/suggest.h"
#include "audit/suggest/text_diff.h"
#include "audit/suggest/text_edit.h"
#include "audit/suggest/tree_edit.h"
#include "profile/load_text.h"

static char *source_path(const char *folder, const char *name, const char *end)
{
	return memory_format("%s/%s/%s%s", getenv("VPCJAIL_SOURCE"), folder, name, end);
}

static char *read_source(const char *folder, const char *name, const char *end)
{
	AUTO_FREE char *path = source_path(folder, name, end);
	FILE *stream = fopen(path, "r");
	char *text = memory_new(1, 65536);

	if (stream) {
		text[fread(text, 1, 65535, stream)] = '\0';
		(void)fclose(stream);
	}
	return text;
}

static void load_shipped(const char *name, struct profile *profile)
{
	AUTO_FREE char *text = read_source("profiles", name, ".yaml");

	fixture_load(text, profile);
}

static void read_events(char *text, event_vec *events)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (line[0])
			fixture_events(EVENTS(line), events);
}

static void check_golden(const char *name)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(suggestions_release) struct suggestions found = { 0 };
	AUTO_FREE char *lines = read_source("tests/golden/suggest", name, ".events");
	AUTO_FREE char *expected = read_source("tests/golden/suggest", name, ".txt");
	AUTO_FREE char *path = source_path("tests/golden/suggest", name, ".txt");
	AUTO_STRBUF struct strbuf out = { 0 };
	struct error err = { 0 };

	load_shipped(name, &profile);
	read_events(lines, &events);
	assert_true(events.count > 3);
	assert_int_equal(suggest(&profile, NULL, &events, &found, &err), 0);
	suggestions_format(&found, &out);
	if (getenv("GOLDEN_UPDATE")) {
		FILE *stream = fopen(path, "w");
		assert_non_null(stream);
		(void)fputs(strbuf_text(&out), stream);
		(void)fclose(stream);
		return;
	}
	assert_string_equal(strbuf_text(&out), expected);
}

static void golden(void **state)
{
	(void)state;
	check_golden("network-isolation");
	check_golden("sagemaker-vpc");
	check_golden("on-prem");
}

// Whether a suggestion for one event lets it pass, and what is said.
static void suggest_one(const char *profile_text, const char *line, struct suggestions *found)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };

	fixture_load(profile_text, &profile);
	fixture_events(EVENTS(line), &events);
	if (strstr(line, " 127.0.0.1 "))
		events.items[0].hint = memory_copy_text("host-ports");
	assert_int_equal(suggest(&profile, NULL, &events, found, NULL), 0);
	assert_int_equal(found->denied, 1);
}

#define HEAD "vpcjail: 1\nnetwork: {isolation: vpc}\nprocess: {credentials: scrub}\n"
#define REGION HEAD "vpc: {region: eu-west-1, subnets: [10.9.1.0/24], cidrs: [10.9.0.0/16]}\n"
#define GROUPS REGION "security-groups: {sg-1: {egress: [{to: 10.9.1.0/28, protocol: tcp}]}}\n"
#define ROUTES GROUPS "routes: [{destination: 10.9.0.0/16, target: local}]\n"

static void each_by_itself(void **state)
{
	static const struct {
		const char *profile, *event;
		bool mended;
		const char *in_profile;
	} rows[] = {
		{ REGION, "name kms.eu-west-1.amazonaws.com", true, "service: kms" },
		{ GROUPS, "name kms.eu-west-1.amazonaws.com", true, "to: kms" },
		{ ROUTES, "packet s3.eu-west-1.amazonaws.com 52.218.0.1 tcp 443 x", true, "gateway-endpoint" },
		{ REGION, "packet s3.eu-west-1.amazonaws.com 52.218.0.1 tcp 443 x", true, "prefix-list: pl-53300000" },
		{ HEAD "vpc: {subnets: [10.9.1.0/24]}\n", "name kms.eu-west-1.amazonaws.com", false, NULL },
		{ REGION, "packet - 10.9.3.3 tcp 5432 sg_egress", true, "server-1" },
		{ ROUTES, "packet db.corp.example 10.77.3.3 tcp 5432 sg_egress", true, "db.corp.example" },
		{ REGION, "packet - 127.0.0.1 tcp 5432 x", true, "host-ports: [5432]" },
		{ REGION, "packet - 169.254.169.123 udp 123 service_egress", true, "time-sync: allow" },
		{ REGION, "packet - 10.9.3.3 tcp 29500 sg_egress", true, "server-1" },
		{ GROUPS, "packet - 10.9.3.3 tcp 29500 sg_egress", true, "to: self" },
		{ GROUPS, "packet - 10.9.3.3 tcp 29500 sg_egress", true, "peers: [10.9.3.3]" },
		{ REGION, "packet - 10.9.3.3 tcp 3128 sg_egress", false, NULL },
		{ REGION, "packet - 10.9.3.3 tcp 2375 sg_egress", false, NULL },
		{ REGION, "packet - 10.9.3.3 udp 53 sg_egress", false, NULL },
		{ REGION, "packet - 10.9.3.3 udp 123 sg_egress", false, NULL },
		{ REGION, "packet - 9.9.9.9 tcp 443 sg_egress", false, NULL },
		{ REGION, "packet - 169.254.169.253 udp 53 service_egress", false, NULL },
		{ REGION, "packet - 169.254.170.2 tcp 80 service_egress", false, NULL },
		{ REGION, "packet - fd00:ec2::254 tcp 80 service_egress", false, "AWS_EC2_METADATA_DISABLED" },
		{ REGION, "packet - 10.9.3.3 tcp 8000 sg_ingress", false, NULL },
		{ REGION, "call unshare podman", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(suggestions_release) struct suggestions found = { 0 };

		suggest_one(rows[i].profile, rows[i].event, &found);
		if (found.mended != rows[i].mended)
			fail_msg("%s: %zu mended: %s", rows[i].event, found.mended, found.suggested);
		if (rows[i].in_profile && !strstr(found.diff, rows[i].in_profile))
			fail_msg("%s: no %s in %s", rows[i].event, rows[i].in_profile, found.diff);
		if (!rows[i].in_profile)
			assert_string_equal(found.diff, "");
		assert_true(found.added.count || found.left.count);
	}
}

// What is made up makes a template of it, which `run` refuses.
static void made_up_values_are_marked(void **state)
{
	CLEANUP(suggestions_release) struct suggestions found = { 0 };
	CLEANUP(profile_release) struct profile loaded = { 0 };

	(void)state;
	suggest_one(REGION, "name kms.eu-west-1.amazonaws.com", &found);
	assert_int_equal(profile_load_text("x", found.suggested, &loaded, NULL), 0);
	assert_int_equal(loaded.placeholders.count, 1);
	assert_string_equal(loaded.placeholders.items[0].key, "endpoints.addresses");
	assert_int_equal(found.to_fill.count, 1);
}

static void known_values_are_not(void **state)
{
	CLEANUP(suggestions_release) struct suggestions found = { 0 };

	(void)state;
	suggest_one(REGION, "packet - 10.9.3.3 tcp 5432 sg_egress", &found);
	assert_null(strstr(found.suggested, "template"));
	assert_null(strstr(found.suggested, "REPLACE"));
}

// What the profile sets already has not kept the program from asking, and is not written over.
static void given_variables_stay(void **state)
{
	CLEANUP(suggestions_release) struct suggestions found = { 0 };

	(void)state;
	suggest_one("vpcjail: 1\nnetwork: {isolation: full}\nprocess: {environment: {set: {WANDB_MODE: online}}}\n",
		    "name wandb.ai", &found);
	assert_int_equal(found.quieted, 0);
	assert_string_equal(found.diff, "");
	assert_int_equal(found.left.count, 1);
}

// `subnets: host` has no subnets in its text: they are the host's, and the host's own addresses are taken.
static void subnets_of_the_host(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(suggestions_release) struct suggestions found = { 0 };
	struct prefix_value subnet = { 0 };
	struct prefix own = { 0 };

	(void)state;
	fixture_load(HEAD "vpc: {region: eu-west-1, subnets: host}\n", &profile);
	assert_int_equal(prefix_parse("10.9.1.0/24", &subnet.prefix, NULL), 0);
	assert_int_equal(prefix_parse("10.9.1.40", &own, NULL), 0);
	vec_push(&profile.vpc.subnets, subnet);
	vec_push(&profile.vpc.cidrs, subnet);
	prefix_set_add(&profile.host.own, &own);
	prefix_set_normalize(&profile.host.own);
	profile.host.known = true;
	fixture_events(EVENTS("name kms.eu-west-1.amazonaws.com"), &events);
	assert_int_equal(suggest(&profile, NULL, &events, &found, NULL), 0);
	assert_int_equal(found.mended, 1);
	assert_non_null(strstr(found.diff, "addresses: [10.9.1.41]"));
	assert_null(strstr(found.diff, "subnets:"));
}

static void nothing_denied(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(suggestions_release) struct suggestions found = { 0 };
	AUTO_STRBUF struct strbuf out = { 0 };

	(void)state;
	fixture_load(REGION, &profile);
	fixture_events(EVENTS("flow - 9.9.9.9 tcp 80 -"), &events);
	assert_int_equal(suggest(&profile, NULL, &events, &found, NULL), 0);
	suggestions_format(&found, &out);
	assert_string_equal(strbuf_text(&out), "# nothing was denied\n");
}

static void suggest_all(const char *profile_text, const char *const *lines, struct suggestions *found,
			struct strbuf *out)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };

	fixture_load(profile_text, &profile);
	fixture_events(lines, &events);
	assert_int_equal(suggest(&profile, NULL, &events, found, NULL), 0);
	suggestions_format(found, out);
}

#define ELSEWHERE                                                                                                      \
	HEAD "vpc: {region: eu-west-1, located: elsewhere, subnets: [10.9.1.0/24], cidrs: [10.9.0.0/16]}\n"            \
	     "endpoints: [{service: sts, type: interface, addresses: [10.9.1.40, 10.9.1.41]}]\n"

// Where the VPC is, is not for a suggestion to say; what the profile allows there needs nothing added.
static void never_moves_the_vpc(void **state)
{
	CLEANUP(suggestions_release) struct suggestions found = { 0 }, allowed = { 0 };
	AUTO_STRBUF struct strbuf out = { 0 };

	(void)state;
	suggest_all(ELSEWHERE,
		    EVENTS("packet - 10.9.2.9 tcp 5432 sg_egress",
			   "packet sts.eu-west-1.amazonaws.com 10.9.1.40 tcp 443 uplink_egress"),
		    &found, &out);
	assert_null(strstr(found.diff, "located: here"));
	assert_non_null(strstr(found.suggested, "located: elsewhere"));
	assert_non_null(strstr(found.diff, "addresses: [10.9.2.9]"));
	assert_int_equal(found.mended, 1);
	assert_int_equal(found.allowed, 1);
	assert_non_null(strstr(strbuf_text(&out),
			       "# 2 destinations were denied: 1 would pass in the VPC, 0 would be asked "
			       "for no more, 0 would stay denied, 1 the profile allows already\n"));
	assert_non_null(strstr(strbuf_text(&out), "#   vpc.located stays elsewhere: "));
	strbuf_clear(&out);
	suggest_all(ELSEWHERE,
		    EVENTS("packet sts.eu-west-1.amazonaws.com 10.9.1.40 tcp 443 uplink_egress",
			   "packet sts.eu-west-1.amazonaws.com 10.9.1.41 tcp 443 uplink_egress"),
		    &allowed, &out);
	assert_string_equal(allowed.diff, "");
	assert_null(strstr(strbuf_text(&out), "compare"));
	assert_non_null(strstr(strbuf_text(&out), "#   sts.eu-west-1.amazonaws.com (10.9.1.40:443/tcp): allowed by"));
}

// As the run's report counts: whatever AWS does instead, and of a name with two addresses one.
static void counts_as_the_report(void **state)
{
	const struct {
		const char *const *events, *line;
	} rows[] = {
		{ EVENTS("packet - 169.254.169.254 tcp 80 service_egress"),
		  "# 1 destination was denied: 0 would pass, 1 would be asked for no more, 0 would stay denied\n" },
		{ EVENTS("packet huggingface.co 3.1.1.1 tcp 443 sg_egress",
			 "packet huggingface.co 3.1.1.2 tcp 443 sg_egress", "packet - 9.9.9.9 tcp 443 sg_egress"),
		  "# 2 destinations were denied: 0 would pass, 1 would be asked for no more, 1 would stay denied\n" },
		{ EVENTS("name huggingface.co", "call unshare podman"),
		  "# 1 name and 1 system call were denied: 0 would pass, 1 would be asked for no more, 1 would stay "
		  "denied\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(suggestions_release) struct suggestions found = { 0 };
		AUTO_STRBUF struct strbuf out = { 0 };

		suggest_all(REGION, rows[i].events, &found, &out);
		if (!strstr(strbuf_text(&out), rows[i].line))
			fail_msg("no %s in %s", rows[i].line, strbuf_text(&out));
		vec_for_each (left, &found.left)
			assert_null(strstr(*left, "huggingface.co"));
	}
}

// AWS's local route is for the VPC's own blocks.
static void beyond_the_blocks_no_local_route(void **state)
{
	CLEANUP(suggestions_release) struct suggestions beyond = { 0 }, inside = { 0 };
	AUTO_STRBUF struct strbuf out = { 0 };

	(void)state;
	suggest_all(ROUTES, EVENTS("packet - 10.77.3.3 tcp 5432 sg_egress"), &beyond, &out);
	assert_int_equal(beyond.mended, 1);
	assert_non_null(strstr(beyond.diff, "+  - destination: 10.77.3.3/32\n+    target: peering\n"));
	assert_null(strstr(beyond.diff, "+    target: local"));
	assert_non_null(strstr(strbuf_text(&out), "target: peering), for it is beyond the VPC's blocks"));
	suggest_all(ROUTES, EVENTS("packet - 10.9.3.3 tcp 5432 sg_egress"), &inside, &out);
	assert_null(strstr(inside.diff, "peering"));
}

// Any events at all, with hostile names: what is suggested loads, and lets nothing public pass but what a made-up
// prefix list stands for.
static const char *const names[] = {
	"-",
	"pypi.org",
	"x.s3.eu-west-1.amazonaws.com",
	"dynamodb.eu-west-1.amazonaws.com",
	"\"],a:[",
	"\x1b[2Jevil",
	"<b>x</b>.example",
	"a\": {b: c}",
	"sts.amazonaws.com",
	"db.corp.example",
	"%s%n.example",
	"\xff\xfe",
	"*.example",
	"*",
	"kms.eu-west-1.amazonaws.com",
	"a,b.s3.eu-west-1.amazonaws.com",
};
static const char *const addresses[] = {
	"9.9.9.9",   "10.9.1.7",      "10.9.77.7", "172.16.9.9",      "192.168.1.1", "169.254.169.254",
	"127.0.0.1", "2001:db8::1",   "fd12::1",   "224.0.0.1",       "52.218.0.1",  "100.64.0.1",
	"fe80::1",   "fd00:ec2::254", "0.0.0.0",   "255.255.255.255",
};
static const unsigned ports[] = { 443, 22, 53, 29500, 5432, 123, 40000, 3128 };

static void assert_nothing_public(const char *suggested)
{
	static const char *const probes[] = { "9.9.9.9", "52.218.0.1", "198.51.100.7", "2600::1", "8.8.8.8" };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct error err = { 0 };

	if (profile_load_text("suggested", suggested, &profile, &err) < 0 || policy_build(&profile, &policy, &err) < 0)
		fail_msg("%s\n%s", err.message, suggested);
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		for (size_t j = 0; j < sizeof(ports) / sizeof(ports[0]); j++) {
			struct flow flow = { .direction = EGRESS, .protocol = 6, .source_port = 40000 };

			flow.destination_port = (uint16_t)ports[j];
			assert_int_equal(address_parse(probes[i], &flow.remote, NULL), 0);
			if (policy_evaluate(&policy, &flow).allowed)
				fail_msg("%s:%u passes: %s", probes[i], ports[j], suggested);
		}
}

static void nothing_public_is_added(void **state)
{
	static const char *const profiles[] = { REGION, GROUPS, ROUTES, HEAD "vpc: {subnets: [10.9.1.0/24]}\n",
						"vpcjail: 1\nnetwork: {isolation: full}\n" };
	unsigned random = 1;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		CLEANUP(events_release) event_vec events = { 0 };
		CLEANUP(suggestions_release) struct suggestions found = { 0 };
		AUTO_STRBUF struct strbuf out = { 0 };

		fixture_load(profiles[round % 5], &profile);
		for (unsigned i = 0; i < 6; i++) {
			struct event event = { .kind = EVENT_PACKET };

			random = random * 1103515245U + 12345U;
			event.kind = random >> 28 & 1 ? EVENT_NAME : EVENT_PACKET;
			event.name = memory_copy_text(names[random >> 8 & 15]);
			event.flow.protocol = random >> 27 & 1 ? 17 : 6;
			event.flow.destination_port = (uint16_t)ports[random >> 20 & 7];
			assert_int_equal(address_parse(addresses[random >> 16 & 15], &event.flow.remote, NULL), 0);
			vec_push(&events, event);
		}
		assert_int_equal(suggest(&profile, NULL, &events, &found, NULL), 0);
		suggestions_format(&found, &out);
		assert_nothing_public(found.suggested);
		for (const char *c = strbuf_text(&out); *c; c++)
			assert_false((unsigned char)*c < 0x20 && *c != '\n');
	}
}

// A diff is right when it leads from the one text to the other.
static void patch(const char *old_text, const char *diff, struct strbuf *out)
{
	unsigned long at = 1, first;

	for (const char *line = diff; *line; line += strcspn(line, "\n") + 1) {
		size_t length = strcspn(line, "\n") + 1;

		if (strncmp(line, "---", 3) == 0 || strncmp(line, "+++", 3) == 0)
			continue;
		if (sscanf(line, "@@ -%lu,", &first) == 1) {
			for (; at < first; at++) {
				size_t old_length = strcspn(old_text, "\n") + 1;
				strbuf_add_bytes(out, old_text, old_length);
				old_text += old_length;
			}
			continue;
		}
		if (line[0] != '-')
			strbuf_add_bytes(out, line + 1, length - 1);
		if (line[0] == '+')
			continue;
		assert_memory_equal(line + 1, old_text, length - 1);
		old_text += length - 1;
		at++;
	}
	strbuf_add(out, old_text);
}

static void random_text(unsigned *random, struct strbuf *out)
{
	*random = *random * 1103515245U + 12345U;
	for (unsigned lines = *random >> 16 & 31; lines; lines--) {
		*random = *random * 1103515245U + 12345U;
		strbuf_format(out, "%c\n", 'a' + (int)(*random >> 16 & 3));
	}
}

static void diffs_lead_from_one_to_the_other(void **state)
{
	unsigned random = 7;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		AUTO_STRBUF struct strbuf one = { 0 };
		AUTO_STRBUF struct strbuf other = { 0 };
		AUTO_STRBUF struct strbuf diff = { 0 };
		AUTO_STRBUF struct strbuf made = { 0 };

		random_text(&random, &one);
		random_text(&random, &other);
		text_diff("a", strbuf_text(&one), "b", strbuf_text(&other), &diff);
		patch(strbuf_text(&one), strbuf_text(&diff), &made);
		assert_string_equal(strbuf_text(&made), strbuf_text(&other));
	}
}

static void diffs_in_full(void **state)
{
	AUTO_STRBUF struct strbuf diff = { 0 };

	(void)state;
	text_diff("a", "x\n", "b", "x\n", &diff);
	assert_int_equal(diff.length, 0);
	text_diff("a", "", "b", "x\n", &diff);
	assert_string_equal(strbuf_text(&diff), "--- a\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
	strbuf_clear(&diff);
	text_diff("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b", "1\n2\n3\n4\nV\n6\n7\n8\n9\n", &diff);
	assert_string_equal(strbuf_text(&diff), "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+V\n 6\n 7\n 8\n");
}

// Beyond the bound whole blocks are replaced.
static void diffs_of_large_texts(void **state)
{
	AUTO_STRBUF struct strbuf one = { 0 };
	AUTO_STRBUF struct strbuf other = { 0 };
	AUTO_STRBUF struct strbuf diff = { 0 };
	AUTO_STRBUF struct strbuf made = { 0 };

	(void)state;
	for (unsigned i = 0; i < 1500; i++) {
		strbuf_format(&one, "one %u\n", i);
		strbuf_format(&other, "other %u\n", i);
	}
	text_diff("a", strbuf_text(&one), "b", strbuf_text(&other), &diff);
	patch(strbuf_text(&one), strbuf_text(&diff), &made);
	assert_string_equal(strbuf_text(&made), strbuf_text(&other));
}

static void trees_are_written(void **state)
{
	AUTO_NODE struct node *tree = tree_read("a: {b: [1]}\nc: x\n");
	AUTO_STRBUF struct strbuf out = { 0 };

	(void)state;
	assert_true(tree_edit(tree, (const char *const[]){ "a", "b", NULL }, true, "2"));
	assert_true(tree_edit(tree, (const char *const[]){ "a", "b", "[0]", NULL }, false, "7"));
	assert_true(tree_edit(tree, (const char *const[]){ "d", "e", NULL }, true, "{f: g}"));
	assert_false(tree_edit(tree, (const char *const[]){ "c", "e", NULL }, true, "1"));
	assert_false(tree_edit(tree, (const char *const[]){ "c", NULL }, true, "1"));
	assert_false(tree_edit(tree, (const char *const[]){ "a", "b", "[9]", NULL }, false, "1"));
	assert_false(tree_edit(tree, (const char *const[]){ "z", NULL }, false, "[1"));
	assert_false(tree_edit(tree, (const char *const[]){ "z", NULL }, false, "1\nevil: 2"));
	node_print_yaml(tree, &out);
	assert_string_equal(strbuf_text(&out), "a:\n  b: [7, 2]\nc: x\nd:\n  e:\n    - f: g\n");
}

// What stands in a text stays; what is added has the form of what is there.
static void texts_are_written(void **state)
{
	static const struct {
		const char *text, *path[4];
		bool add;
		const char *value, *result;  // NULL: there is no place for it
	} rows[] = {
		{ "a:\n  - 1  # one\n  # more\nb: 2\n",
		  { "a" },
		  true,
		  "{x: y}",
		  "a:\n  - 1  # one\n  - {x: y}\n  # more\nb: 2\n" },
		{ "a:\n- 1\n- x: 1\n  y: 2\nb: 2\n", { "a" }, true, "3", "a:\n- 1\n- x: 1\n  y: 2\n- 3\nb: 2\n" },
		{ "a: [1, \"]\", it's]  # list\n", { "a" }, true, "3", "a: [1, \"]\", it's, 3]  # list\n" },
		{ "a: []\n", { "a" }, true, "3", "a: [3]\n" },
		{ "a: [\n  1,\n  2,\n]\n", { "a" }, true, "3", "a: [\n  1,\n  2, 3\n]\n" },
		{ "a: [1,  # one\n  2]\n", { "a" }, true, "3", NULL },
		{ "a: {b: {c: [1]}, d: x}\n", { "a", "b", "c" }, true, "2", "a: {b: {c: [1, 2]}, d: x}\n" },
		{ "a: {b: 1}\n", { "a", "c" }, false, "2", "a: {b: 1, c: 2}\n" },
		{ "a: {}\n", { "a", "b", "c" }, true, "2", "a: {b: {c: [2]}}\n" },
		{ "a:\n  b: 1\n\n# end\n", { "a", "c", "d" }, false, "2", "a:\n  b: 1\n  c:\n    d: 2\n\n# end\n" },
		{ "a: 1", { "b", "c" }, true, "2", "a: 1\nb:\n  c: [2]\n" },
		{ "a: 1\n", { "b" }, true, "{c: 2}", "a: 1\nb:\n  - {c: 2}\n" },
		{ "a: old  # why\n", { "a" }, false, "new", "a: new  # why\n" },
		{ "a: {b: old, c: 1}\n", { "a", "b" }, false, "new", "a: {b: new, c: 1}\n" },
		{ "a: [\"o, ld\", 'it''s']\n", { "a", "[1]" }, false, "new", "a: [\"o, ld\", new]\n" },
		{ "\xc3\xa4: {\xc3\xb6: [1]}\n",
		  { "\xc3\xa4", "\xc3\xb6" },
		  true,
		  "2",
		  "\xc3\xa4: {\xc3\xb6: [1, 2]}\n" },
		{ "a: x\n", { "a" }, true, "1", NULL },
		{ "a: [1]\n", { "a" }, false, "1", NULL },
		{ "a: [1]\n", { "a", "b" }, true, "1", NULL },
		{ "a: [1]\n", { "a", "[7]" }, false, "1", NULL },
		{ "a: [1", { "a" }, true, "1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path[] = { rows[i].path[0], rows[i].path[1], rows[i].path[2], NULL };
		AUTO_FREE char *result = text_edit(rows[i].text, path, rows[i].add, rows[i].value);

		if (!rows[i].result != !result || (result && strcmp(result, rows[i].result) != 0))
			fail_msg("%zu: %s", i, result ? result : "no place");
		if (!result)
			continue;
		AUTO_NODE struct node *edited = tree_read(rows[i].text), *read = tree_read(result);
		AUTO_STRBUF struct strbuf wanted = { 0 };
		AUTO_STRBUF struct strbuf found = { 0 };
		assert_true(tree_edit(edited, path, rows[i].add, rows[i].value));
		node_print_yaml(edited, &wanted);
		node_print_yaml(read, &found);
		assert_string_equal(strbuf_text(&found), strbuf_text(&wanted));
	}
}

#define FILE_TEXT                                                                                                      \
	"# Mine, and not 192.0.2.0/24 of nobody\n" GROUPS                                                              \
	"# Where to.\nroutes:\n  - {destination: 10.9.0.0/16, target: local}  # the VPC's own\n"

// The file that was given is what is patched, its comments kept; a profile of several is not.
static void diffs_are_of_the_file(void **state)
{
	static const struct suggest_file own = { "./mine.yaml", FILE_TEXT },
					 child = { "./mine.yaml", "extends: parent\n" FILE_TEXT },
					 other = { "./mine.yaml", "# Changed since.\n" REGION };
	static const struct suggest_file *const files[] = { &own, &child, &other, NULL };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };

	(void)state;
	fixture_load(FILE_TEXT, &profile);
	fixture_events(EVENTS("name kms.eu-west-1.amazonaws.com", "packet db.corp.example 10.77.3.3 tcp 5432 sg_egress",
			      "packet s3.eu-west-1.amazonaws.com 52.218.0.1 tcp 443 x"),
		       &events);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(suggestions_release) struct suggestions found = { 0 };
		AUTO_STRBUF struct strbuf out = { 0 };

		assert_int_equal(suggest(&profile, files[i], &events, &found, NULL), 0);
		assert_int_equal(found.of_file, i == 0);
		suggestions_format(&found, &out);
		assert_int_equal(!strstr(strbuf_text(&out), "vpcjail show PROFILE --as profile"), i == 0);
		if (i)
			continue;
		AUTO_STRBUF struct strbuf patched = { 0 };
		CLEANUP(profile_release) struct profile loaded = { 0 };
		assert_int_equal(strncmp(found.diff, "--- ./mine.yaml\n+++ ./mine.yaml\n", 32), 0);
		patch(own.text, found.diff, &patched);
		assert_non_null(strstr(strbuf_text(&patched),
				       "# Mine, and not 192.0.2.0/24 of nobody\nvpcjail: 1\ntemplate: yes\n"));
		assert_non_null(strstr(strbuf_text(&patched),
				       "# the VPC's own\n  - {destination: 10.77.3.3/32, target: peering}\n"));
		assert_int_equal(profile_load_text("x", strbuf_text(&patched), &loaded, NULL), 0);
		assert_non_null(strstr(strbuf_text(&patched), "[192.0.2.0/24]}  # REPLACE\n"));
		assert_true(loaded.placeholders.count >= 2);
		assert_int_equal(loaded.endpoints.count, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(each_by_itself),
		cmocka_unit_test(made_up_values_are_marked),
		cmocka_unit_test(known_values_are_not),
		cmocka_unit_test(given_variables_stay),
		cmocka_unit_test(subnets_of_the_host),
		cmocka_unit_test(nothing_denied),
		cmocka_unit_test(never_moves_the_vpc),
		cmocka_unit_test(counts_as_the_report),
		cmocka_unit_test(beyond_the_blocks_no_local_route),
		cmocka_unit_test(nothing_public_is_added),
		cmocka_unit_test(diffs_lead_from_one_to_the_other),
		cmocka_unit_test(diffs_in_full),
		cmocka_unit_test(diffs_of_large_texts),
		cmocka_unit_test(trees_are_written),
		cmocka_unit_test(texts_are_written),
		cmocka_unit_test(diffs_are_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
