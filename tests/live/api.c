// SPDX-License-Identifier: GPL-2.0-or-later
// The public library from outside: load, compile, launch, wait, and what it says when it cannot.
#include "../unit/test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vpcjail.h"

// An argument vector of literals: execve(2) wants them writable.
#define WORD(text) ((char[]){ text })

static int run(char *const *command, struct vpcjail_error *error, size_t *denials)
{
	struct vpcjail_profile *profile = NULL;
	struct vpcjail_plan *plan = NULL;
	struct vpcjail_job *job = NULL;
	int status = -1;

	assert_int_equal(vpcjail_profile_load("network-isolation", &profile, error), 0);
	assert_string_equal(vpcjail_profile_name(profile), "network-isolation");
	assert_int_equal(vpcjail_compile(profile, command, NULL, &plan, error), 0);
	vpcjail_profile_free(profile);
	int code = vpcjail_launch(plan, &job, error);
	vpcjail_plan_free(plan);
	if (code == 0) {
		code = vpcjail_wait(job, &status, error);
		if (denials)
			*denials = vpcjail_job_denials(job);
		vpcjail_job_free(job);
	}
	return code < 0 ? code : status;
}

static void test_status(void **state)
{
	struct vpcjail_error error = { 0 };
	char *const exits[] = { WORD("/bin/sh"), WORD("-c"), WORD("exit 37"), NULL };
	char *const dies[] = { WORD("/bin/sh"), WORD("-c"), WORD("kill -9 $$"), NULL };

	(void)state;
	assert_int_equal(WEXITSTATUS(run(exits, &error, NULL)), 37);
	assert_int_equal(WTERMSIG(run(dies, &error, NULL)), SIGKILL);
}

static void test_denial(void **state)
{
	struct vpcjail_error error = { 0 };
	char *const connects[] = { WORD("/usr/bin/python3"), WORD("-c"),
				   WORD("import socket, sys\n"
					"try: socket.create_connection(('192.0.2.1', 443), 5)\n"
					"except ConnectionRefusedError: sys.exit(7)\n"),
				   NULL };
	size_t denials = 0;

	(void)state;
	assert_int_equal(WEXITSTATUS(run(connects, &error, &denials)), 7);
	assert_int_equal(denials, 1);
}

static void test_errors(void **state)
{
	struct vpcjail_error error = { 0 };
	struct vpcjail_profile *profile = NULL;
	char *const missing[] = { WORD("/nonexistent/command"), NULL };

	(void)state;
	assert_int_equal(vpcjail_profile_load("network-isolatoin", &profile, &error), -EINVAL);
	assert_non_null(strstr(error.message, "network-isolation"));
	assert_null(profile);
	assert_int_equal(run(missing, &error, NULL), -ENOENT);
	assert_string_equal(error.step, "execute");
}

static void test_free_kills(void **state)
{
	struct vpcjail_error error = { 0 };
	struct vpcjail_profile *profile = NULL;
	struct vpcjail_plan *plan = NULL;
	struct vpcjail_job *job = NULL;
	char *const sleeps[] = { WORD("/bin/sleep"), WORD("1000"), NULL };

	(void)state;
	assert_int_equal(vpcjail_profile_load("network-isolation", &profile, &error), 0);
	assert_int_equal(vpcjail_compile(profile, sleeps, NULL, &plan, &error), 0);
	char *text = vpcjail_plan_text(plan);
	char *rules = vpcjail_plan_ruleset(plan);
	assert_non_null(strstr(text, "load rule set"));
	assert_non_null(strstr(rules, "table inet vpcjail"));
	free(text);
	free(rules);
	assert_int_equal(vpcjail_launch(plan, &job, &error), 0);
	pid_t supervisor = vpcjail_job_supervisor(job);
	assert_int_equal(kill(supervisor, 0), 0);
	vpcjail_job_free(job);
	assert_int_equal(kill(supervisor, 0), -1);
	vpcjail_plan_free(plan);
	vpcjail_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_status), cmocka_unit_test(test_denial),
					    cmocka_unit_test(test_errors), cmocka_unit_test(test_free_kills) };

	if (chdir("/") < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
