// SPDX-License-Identifier: GPL-2.0-or-later
// Golden explanations: for each tests/golden/explain/NAME.flows, what is said of each flow (NAME.txt, and NAME.json)
// under its profile, on a host made up here. GOLDEN_UPDATE=1 writes what is there now.
#include "test.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host_fixture.h"
#include "plan/asked.h"
#include "plan/settle.h"
#include "profile/load.h"
#include "profile/print.h"
#include "profile_edit.h"

enum { FLOWS_WANTED = 40 };

// Shipped profiles by their names, as `extends` gives them; all else is a path.
static int open_profile(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			struct error *err)
{
	(void)data;
	(void)from;
	*path = strchr(name, '/') ? memory_copy_text(name) : memory_format("profiles/%s.yaml", name);
	return io_read_file(*path, 1 << 20, text, length, err);
}

struct golden {
	char *source;  // the profile's text, as it would be edited
	struct profile profile;
	struct policy policy;
	struct asked_rules rules;
	struct strbuf text, json_text;
	struct json json;
	unsigned flows;
};

static unsigned ways_tried;
static unsigned seen_answers[ANSWERS], seen_layers[LAYER_UPLINK + 1], seen_allowing[LAYER_UPLINK + 1], all_flows;

// What an edit is written into: the file, or, of one that extends another, the whole profile.
static void read_source(struct golden *golden, const char *name)
{
	AUTO_FREE char *path = NULL;
	struct strbuf printed = { 0 };
	struct error err = { 0 };
	size_t length;

	assert_int_equal(open_profile(NULL, name, NULL, &path, &golden->source, &length, &err), 0);
	if (!strstr(golden->source, "extends:"))
		return;
	free(golden->source);
	profile_print(&golden->profile, &printed);
	golden->source = strbuf_steal(&printed);
}

static void golden_begin(struct golden *golden, const char *name)
{
	const struct profile_source source = { .open = open_profile, .read = open_profile };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	struct host_network host = { 0 };
	struct error err = { 0 };

	*golden = (struct golden){ 0 };
	golden->json.out = &golden->json_text;
	assert_int_equal(profile_load(&source, name, &golden->profile, &mistakes), 0);
	make_host(&plain, &host);
	int result = profile_settle(&golden->profile, &host, &err);
	if (result)
		print_error("%s\n", err.message);
	assert_int_equal(result, 0);
	assert_int_equal(policy_build(&golden->profile, &golden->policy, &err), 0);
	asked_rules_make(&golden->profile, &golden->policy, "gpu01", NULL, &golden->rules);
	host_network_release(&host);
	read_source(golden, name);
	json_array_begin(&golden->json);
}

static void golden_release(struct golden *golden)
{
	asked_rules_release(&golden->rules);
	policy_release(&golden->policy);
	profile_release(&golden->profile);
	strbuf_release(&golden->text);
	strbuf_release(&golden->json_text);
	free(golden->source);
}

// "[--from ADDRESS] [--reply] FLOW"
static struct flow_question read_question(char *line)
{
	struct flow_question question = { 0 };
	struct address from = { 0 };
	struct error err = { 0 };
	bool reply = false, ingress = false;

	for (;; line += strspn(line, " ")) {
		if (strncmp(line, "--reply", 7) == 0) {
			reply = true;
			line += 7;
		} else if (strncmp(line, "--from ", 7) == 0) {
			char *end = strchr(line + 7, ' ');
			assert_non_null(end);
			*end = '\0';
			assert_int_equal(address_parse(line + 7, &from, NULL), 0);
			ingress = true;
			line = end + 1;
		} else {
			break;
		}
	}
	if (flow_question_parse(line, ingress ? &from : NULL, &question, &err) < 0)
		print_error("%s\n", err.message);
	assert_int_equal(err.code, 0);
	question.reply = reply;
	return question;
}

// Each way, written into the profile, lets the flow pass.
static void check_ways(const struct golden *golden, const struct asked *asked)
{
	vec_for_each (way, &asked->edits.ways) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		CLEANUP(policy_release) struct policy policy = { 0 };
		AUTO_STRBUF struct strbuf text = { 0 };
		struct host_network host = { 0 };
		struct error err = { 0 };

		profile_edit_apply(golden->source, way, &text);
		fixture_load(strbuf_text(&text), &profile);
		make_host(&plain, &host);
		assert_int_equal(profile_settle(&profile, &host, &err), 0);
		host_network_release(&host);
		assert_int_equal(policy_build(&profile, &policy, &err), 0);
		struct judgement judgement =
		    explain_judge(&policy, &asked->explanation.flow, &asked->explanation.ports, NULL);
		if (!judgement.allowed)
			print_error("%s\n-- still: %s\n", strbuf_text(&text), judgement.reason);
		assert_true(judgement.allowed);
		ways_tried++;
	}
}

// One answer is the same at length and in one line.
static void check_short(const struct asked_rules *rules, const struct flow_question *question,
			const struct asked *asked)
{
	CLEANUP(verdict_given_release) struct verdict_given given = { 0 };

	assert_int_equal(asked_judge(rules, question, &given, NULL), 0);
	assert_int_equal(given.answer, asked->given.answer);
	assert_string_equal(verdict_given_reason(&given), verdict_given_reason(&asked->given));
	if (!asked->explained)
		return;
	struct judgement judgement = policy_evaluate(rules->policy, &asked->explanation.flow);
	assert_int_equal(judgement.allowed, asked->given.judgement.allowed);
	assert_ptr_equal(judgement.rule, asked->given.judgement.rule);
}

static void count(const struct asked *asked)
{
	const struct judgement *judgement = &asked->given.judgement;

	all_flows++;
	seen_answers[asked->given.answer]++;
	if (judgement->layer)
		(judgement->allowed ? seen_allowing : seen_layers)[judgement->layer->kind]++;
}

static void golden_flow(struct golden *golden, char *line)
{
	CLEANUP(asked_release) struct asked asked = { 0 };
	struct flow_question question = read_question(line);
	struct error err = { 0 };

	assert_int_equal(asked_answer(&golden->rules, &question, &asked, &err), 0);
	strbuf_add(&golden->text, golden->text.length ? "\n" : "");
	asked_print(&golden->rules, &asked, &golden->text);
	asked_print_json(&golden->rules, &asked, &golden->json);
	check_short(&golden->rules, &question, &asked);
	check_ways(golden, &asked);
	count(&asked);
	golden->flows++;
}

static void compare(const char *flows, const char *ending, const struct strbuf *made)
{
	AUTO_FREE char *path = memory_format("%.*s%s", (int)(strlen(flows) - strlen("flows")), flows, ending);
	AUTO_FREE char *expected = NULL;
	struct error err = { 0 };
	size_t length = 0;

	if (getenv("GOLDEN_UPDATE")) {
		AUTO_FCLOSE FILE *file = fopen(path, "we");
		assert_non_null(file);
		assert_int_equal(fwrite(strbuf_text(made), 1, made->length, file), made->length);
		return;
	}
	assert_int_equal(io_read_file(path, 1 << 20, &expected, &length, &err), 0);
	if (strcmp(expected, strbuf_text(made)) != 0)
		print_error("%s differs; now it is:\n%s", path, strbuf_text(made));
	assert_string_equal(expected, strbuf_text(made));
}

static void golden_file(const char *path)
{
	CLEANUP(golden_release) struct golden golden = { 0 };
	AUTO_FREE char *text = NULL;
	struct error err = { 0 };
	size_t length;
	char *rest = NULL;

	assert_int_equal(io_read_file(path, 1 << 20, &text, &length, &err), 0);
	char *line = strtok_r(text, "\n", &rest);
	assert_int_equal(strncmp(line, "profile ", 8), 0);
	golden_begin(&golden, line + 8);
	while ((line = strtok_r(NULL, "\n", &rest)))
		golden_flow(&golden, line);
	json_array_end(&golden.json);
	strbuf_add_char(&golden.json_text, '\n');
	assert_true(golden.flows > 0);
	compare(path, "txt", &golden.text);
	compare(path, "json", &golden.json_text);
}

static void golden_files(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(chdir(getenv("VPCJAIL_SOURCE")), 0);
	assert_int_equal(glob("tests/golden/explain/*.flows", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		golden_file(found.gl_pathv[i]);
	globfree(&found);
	assert_true(all_flows >= FLOWS_WANTED && ways_tried >= FLOWS_WANTED);
	for (int answer = 0; answer < ANSWERS; answer++)
		assert_true(seen_answers[answer] > 1);
	for (int kind = 0; kind <= LAYER_UPLINK; kind++)
		assert_true(seen_layers[kind] > 0);
	assert_true(seen_allowing[LAYER_ISOLATION] && seen_allowing[LAYER_SERVICE]);
}

// Where the host cannot be read, what the profile's own ranges decide is not known, and the rest is.
static void unsettled(void **state)
{
	static const struct {
		const char *flow;
		enum answer answer;
	} rows[] = { { "tcp 10.20.1.9:22", ANSWER_UNKNOWN },      { "tcp 127.0.0.1:22", ANSWER_ALLOWED },
		     { "udp 224.0.0.1:22", ANSWER_DENIED },       { "47 10.20.1.9", ANSWER_DENIED },
		     { "tcp 169.254.169.254:80", ANSWER_DENIED }, { "tcp 52.216.1.1:443", ANSWER_UNKNOWN } };
	const struct profile_source source = { .open = open_profile, .read = open_profile };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(golden_release) struct golden golden = { 0 };

	(void)state;
	assert_int_equal(profile_load(&source, "vpc-private", &golden.profile, &mistakes), 0);
	assert_int_equal(policy_build(&golden.profile, &golden.policy, NULL), 0);
	asked_rules_make(&golden.profile, &golden.policy, "gpu01", "subnets: host: no default route", &golden.rules);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(verdict_given_release) struct verdict_given given = { 0 };
		struct flow_question question;

		assert_int_equal(flow_question_parse(rows[i].flow, NULL, &question, NULL), 0);
		assert_int_equal(asked_judge(&golden.rules, &question, &given, NULL), 0);
		if (given.answer != rows[i].answer)
			print_error("%s: %s\n", rows[i].flow, verdict_given_reason(&given));
		assert_int_equal(given.answer, rows[i].answer);
		if (given.answer == ANSWER_UNKNOWN)
			assert_non_null(strstr(verdict_given_reason(&given), "no default route"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_files),
		cmocka_unit_test(unsettled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
