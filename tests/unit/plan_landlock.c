// SPDX-License-Identifier: GPL-2.0-or-later
// plan: what a profile gets of Landlock on kernels of all ages, for hosts made up here.
#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/doors.h"
#include "plan/launch_plan.h"
#include "profile/keys.h"
#include "profile/load.h"

static int open_text(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
		     struct error *err)
{
	(void)from;
	(void)err;
	*path = memory_copy_text(name);
	*text = memory_copy_text(data);
	*length = strlen(*text);
	return 0;
}

// The plan of a profile on a kernel of that Landlock ABI; 0, or the refusal.
static int plan_for(const char *process, int abi, struct launch_plan *plan, struct error *err)
{
	static char user[] = "ada", home[] = "/home/ada", shell[] = "/bin/sh", name[] = "gpu01",
		    directory[] = "/tmp/job", tmp[] = "/tmp", var_tmp[] = "/var/tmp", run[] = "/run", word[] = "true";
	AUTO_FREE char *text = memory_format("vpcjail: 1\nnetwork: {isolation: full}\n%s\n", process);
	const struct profile_source source = { .open = open_text, .read = open_text, .data = text };
	struct host_facts host = { .identity = { .name = user, .home = home, .shell = shell },
				   .hostname = name,
				   .full_name = name,
				   .directory = directory,
				   .tmp = tmp,
				   .var_tmp = var_tmp,
				   .run = run,
				   .landlock = abi };
	char *const command[] = { word, NULL }, *const environment[] = { NULL };
	struct mistakes mistakes = { 0 };
	struct profile profile;
	struct policy policy;

	assert_int_equal(profile_load(&source, "mine.yaml", &profile, &mistakes), 0);
	mistakes_release(&mistakes);
	assert_int_equal(policy_build(&profile, &policy, NULL), 0);
	int result = launch_plan_build(
	    &(struct launch_request){
		.profile = &profile, .policy = &policy, .host = &host, .command = command, .environment = environment },
	    plan, err);
	if (result == 0) {
		CLEANUP(strbuf_release) struct strbuf summary = { 0 };
		launch_plan_summary(plan, &profile, &summary);
		assert_true(plan->missing.count
				? strstr(summary.text, "; without ") && strstr(summary.text, plan->missing.items[0])
				: !strstr(summary.text, "; without "));
	}
	plan->identity = NULL;  // of the host that is gone
	policy_release(&policy);
	profile_release(&profile);
	return result;
}

static const struct launch_step *find_step(const struct launch_plan *plan, const char *name)
{
	vec_for_each (step, &plan->steps)
		if (strcmp(step->name, name) == 0)
			return step;
	return NULL;
}

static bool is_writable(const struct launch_plan *plan, const char *path)
{
	vec_for_each (granted, &plan->landlock.writable)
		if (strcmp(granted->path, path) == 0)
			return true;
	return false;
}

static void test_kernels(void **state)
{
	static const struct {
		int abi;
		size_t missing;
		bool step;
	} rows[] = {
		{ 0, 2, false }, { 5, 2, false }, { 6, 1, true }, { 8, 1, true }, { 9, 0, true }, { 12, 0, true }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct launch_plan plan = { 0 };
		struct error err = { 0 };
		assert_int_equal(plan_for("", rows[i].abi, &plan, &err), 0);
		assert_int_equal(plan.missing.count, rows[i].missing);
		assert_int_equal(find_step(&plan, "landlock") != NULL, rows[i].step);
		assert_int_equal(plan.landlock.unix_sockets, rows[i].abi >= 9);
		assert_int_equal(plan.landlock.scoped != 0, rows[i].abi >= 6);
		assert_false(plan.landlock.write);
		launch_plan_release(&plan);
	}
}

static void test_required(void **state)
{
	static const struct {
		const char *name;
		int least;
		const char *since;
	} rows[] = { { "landlock-scope", 6, "Linux 6.12 or newer" }, { "landlock-unix", 9, "Linux 7.1 or newer" } };
	static const int kernels[] = { 0, 5, 6, 9 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_FREE char *text = memory_format("require: [%s]", rows[i].name);
		AUTO_FREE char *begin = memory_format("mine.yaml:3:11: require: %s: this kernel has no ", rows[i].name);
		for (size_t j = 0; j < sizeof(kernels) / sizeof(kernels[0]); j++) {
			struct launch_plan plan = { 0 };
			struct error err = { 0 };
			int wanted = kernels[j] < rows[i].least ? -ENOTSUP : 0;
			assert_int_equal(plan_for(text, kernels[j], &plan, &err), wanted);
			if (wanted) {
				assert_ptr_equal(strstr(err.message, begin), err.message);
				assert_non_null(strstr(err.message, rows[i].since));
			}
			launch_plan_release(&plan);
		}
	}
}

// The words of the profile's key are exactly the mechanisms that a kernel may lack.
static void test_words(void **state)
{
	const struct key_row *row = keys_find(&profile_keys, "require");
	size_t words = 0;

	(void)state;
	for (; row->words[words]; words++) {
		enum mechanism which = mechanism_find(row->words[words]);
		assert_true(which < MECHANISM_COUNT && mechanisms[which].without);
		assert_non_null(strstr(row->help, mechanisms[which].since));
	}
	for (size_t i = 0; i < MECHANISM_COUNT; i++) {
		words -= mechanisms[i].without != NULL;
		assert_int_equal(mechanisms[i].landlock != 0, mechanisms[i].since != NULL);
		assert_true(mechanisms[i].landlock || !mechanisms[i].without);
	}
	assert_int_equal(words, 0);
}

static void test_writable(void **state)
{
	static const struct {
		const char *text;
		const char *listed[4], *not_listed[4];
		bool read_only, back;  // the working directory lies below /tmp
	} rows[] = {
		{ "process: {writable: []}",
		  { "/tmp", "/proc", "/dev", "/run" },
		  { "/home/ada", "/tmp/job", "/sys" },
		  true,
		  false },
		{ "process: {writable: [/data], home: private}", { "/data", "/home/ada" }, { "/" }, true, false },
		{ "process: {writable: [/tmp/job/out]}", { "/tmp/job/out" }, { "/tmp/job" }, true, true },
		{ "process: {writable: [/tmp/job]}", { "/tmp/job" }, { "/" }, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct launch_plan plan = { 0 };
		struct error err = { 0 };
		for (int abi = 0; abi < 3; abi++) {
			assert_int_equal(plan_for(rows[i].text, abi, &plan, &err), -ENOTSUP);
			assert_ptr_equal(strstr(err.message, "mine.yaml:3:21: process.writable: "), err.message);
			assert_non_null(strstr(err.message, "Linux 6.2 or newer"));
		}
		assert_int_equal(plan_for(rows[i].text, 3, &plan, &err), 0);
		assert_true(plan.landlock.write);
		assert_true(find_step(&plan, "landlock")->closes & MECHANISM_BIT(LANDLOCK_WRITE));
		for (size_t j = 0; j < 4 && rows[i].listed[j]; j++)
			assert_true(is_writable(&plan, rows[i].listed[j]));
		for (size_t j = 0; j < 4 && rows[i].not_listed[j]; j++)
			assert_false(is_writable(&plan, rows[i].not_listed[j]));
		assert_int_equal(find_step(&plan, "read-only /tmp/job") != NULL, rows[i].read_only);
		assert_int_equal(find_step(&plan, "writable /tmp/job/out") != NULL, rows[i].back);
		launch_plan_release(&plan);
	}
}

static const struct door *find_door(const char *name)
{
	for (size_t i = 0; i < door_count; i++)
		if (doors[i].name && strcmp(doors[i].name, name) == 0)
			return &doors[i];
	fail_msg("no door %s", name);
	return NULL;
}

// Each mechanism that is missing is named, also when the door has others; no line is too long to be read.
static void test_print(void **state)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct launch_plan plan = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(plan_for("", 8, &plan, &err), 0);
	vec_for_each (step, &plan.steps)
		if (step->closes & MECHANISM_BIT(FILTER))
			step->closes = 0;
	doors_print(&plan, &out);
	assert_non_null(strstr(out.text, " socket_later "));
	assert_non_null(strstr(out.text, " residual: this launch lacks landlock-unix\n"));
	assert_non_null(strstr(strstr(out.text, " core_limit "), " residual: this launch lacks filter\n"));
	assert_non_null(strstr(out.text, " residual: nothing closes it\n"));
	assert_non_null(strstr(out.text, " closed by descriptors\n"));
	for (const char *line = out.text; *line; line += strspn(line, "\n")) {
		if (strcspn(line, "\n") > 120)
			fail_msg("%.*s", (int)strcspn(line, "\n"), line);
		line += strcspn(line, "\n");
	}
	launch_plan_release(&plan);
}

static void test_sockets(void **state)
{
	static const struct {
		const char *path, *door;
		bool bound;
	} rows[] = {
		{ "/run/docker.sock", "socket_run", true },
		{ "/tmp/other/s", "socket_tmp", true },
		{ "/var/tmp/s", "socket_var_tmp", true },
		{ "/dev/shm/s", "socket_shm", true },
		{ "/home/ada/.agent", "socket_home", false },
		{ "/tmp/job/s", "socket_directory", false },
		{ "/srv/database/socket", "socket_read_only", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_FREE char *text = memory_format("process: {sockets: [%s]}", rows[i].path);
		AUTO_FREE char *name = memory_format("socket %s", rows[i].path);
		struct launch_plan plan = { 0 };
		struct error err = { 0 };
		mechanism_set by;
		const char *opener;
		assert_int_equal(plan_for(text, 9, &plan, &err), 0);
		assert_int_equal(plan.sockets.count, 1);
		assert_string_equal(plan.landlock.sockets.items[0].path, rows[i].path);
		assert_int_equal(find_step(&plan, name) != NULL, rows[i].bound);
		assert_int_equal(door_state(find_door(rows[i].door), &plan, &by, &opener), DOOR_OPENED);
		assert_string_equal(opener, "process.sockets");
		assert_int_equal(plan.opened.count, 1);
		launch_plan_release(&plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_kernels), cmocka_unit_test(test_required),
					    cmocka_unit_test(test_words),   cmocka_unit_test(test_writable),
					    cmocka_unit_test(test_sockets), cmocka_unit_test(test_print) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
