// SPDX-License-Identifier: GPL-2.0-or-later
// Golden text of the back ends that need no kernel, for each profile of tests/golden/nft: the resolved profile, the
// policy, the launch plan (for a host made up here) and the filter. GOLDEN_UPDATE=1 writes what is there now.
#include "test.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nft_profile.h"
#include "plan/launch_plan.h"
#include "plan/link_request.h"
#include "profile/print.h"

static char user[] = "ada", home[] = "/home/ada", shell[] = "/bin/bash", host_name[] = "gpu01",
	    full_name[] = "gpu01.example.org";
static char directory[] = "/home/ada/job", tmp[] = "/tmp", var_tmp[] = "/var/tmp", run[] = "/run";
static char hosts[] = "/etc/hosts", resolv[] = "/run/systemd/resolve/stub-resolv.conf",
	    nsswitch[] = "/etc/nsswitch.conf";
static char gpu[] = "/dev/nvidia0", uverbs[] = "/dev/infiniband/uverbs0",
	    channel[] = "/dev/nvidia-caps-imex-channels/channel0", mps[] = "/tmp/nvidia-mps";
static struct host_device devices[] = { { gpu, DEVICE_GPU }, { uverbs, DEVICE_RDMA }, { channel, DEVICE_IMEX } };

// One link on the first subnet of the golden profiles, with a router.
static char lan_name[] = "ens5", no_kind[] = "";
static struct host_address lan_addresses[2];
static struct host_interface lan = {
	.name = lan_name, .index = 2, .kind = no_kind, .up = true, .ethernet = true, .mtu = 1500
};
static struct host_route lan_routes[4];

static void make_up_network(void)
{
	static const struct {
		const char *destination, *gateway;
	} rows[] = { { "10.20.1.0/24", NULL },
		     { "0.0.0.0/0", "10.20.1.1" },
		     { "fd12:3456::/64", NULL },
		     { "::/0", "fd12:3456::1" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lan_routes[i] = (struct host_route){ .interface = 2 };
		assert_int_equal(prefix_parse(rows[i].destination, &lan_routes[i].destination, NULL), 0);
		if (rows[i].gateway)
			assert_int_equal(address_parse(rows[i].gateway, &lan_routes[i].gateway, NULL), 0);
	}
	assert_int_equal(address_parse("10.20.1.5", &lan_addresses[0].address, NULL), 0);
	assert_int_equal(address_parse("fd12:3456::5", &lan_addresses[1].address, NULL), 0);
	lan_addresses[0].length = 24;
	lan_addresses[1].length = 64;
	lan.addresses.items = lan_addresses;
	lan.addresses.count = 2;
}

static struct host_facts made_up_host(bool root)
{
	make_up_network();
	return (struct host_facts){
		.root = root,
		.ipv6 = true,
		.identity = { .uid = 1000, .gid = 1000, .name = user, .home = home, .shell = shell },
		.hostname = host_name,
		.full_name = full_name,
		.directory = directory,
		.tmp = tmp,
		.var_tmp = var_tmp,
		.run = run,
		.hosts = hosts,
		.resolv = resolv,
		.nsswitch = nsswitch,
		.devices = { .items = devices, .count = sizeof(devices) / sizeof(devices[0]) },
		.mps = mps,
		.cgroup2 = true,
		.shm_bytes = 1 << 30,
		.network = { .interfaces = { .items = &lan, .count = 1 },
			     .routes = { .items = lan_routes, .count = sizeof(lan_routes) / sizeof(lan_routes[0]) } },
		.forwards_ipv6 = true,
		.jail = 0x12345678,
	};
}

// What of the guarded files the made-up host has, in its home, its repository and its system.
static const struct {
	enum guarded_base base;
	const char *folder, *shown;
	const char *there[12];
} there[] = {
	{ BASE_HOME,
	  "/home/ada",
	  "~/",
	  { ".bashrc", ".config/git", ".config/git/credentials", ".config/gh", ".local/bin", ".aws", ".aws/config" } },
	{ BASE_DIRECTORY, "/home/ada/job", "", { ".vscode" } },
	{ BASE_REPOSITORY, "/home/ada/job/.git", NULL, { "config", "hooks" } },
	{ BASE_SYSTEM, "/", NULL, { "etc", "usr", "etc/shadow" } },
};

static void guard_rows(struct host_facts *host, size_t index, bool cover, const struct guarded_row *rows, size_t count)
{
	const struct guarded_place place = { .base = there[index].base,
					     .folder = (char *)(uintptr_t)there[index].folder,
					     .shown = there[index].shown };

	for (const char *const *path = there[index].there; *path; path++)
		for (size_t i = 0; i < count; i++)
			if (rows[i].base == place.base && strcmp(rows[i].path, *path) == 0) {
				char *whole = guarded_path_of(&place, &rows[i]);
				vec_push(&host->guarded,
					 (struct guarded_path){ .row = &rows[i],
								.cover = cover,
								.path = whole,
								.shown = guarded_shown(&place, whole) });
			}
}

static void guard(struct host_facts *host)
{
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		guard_rows(host, i, false, later_rows, later_row_count);
		guard_rows(host, i, true, credential_rows, credential_row_count);
	}
}

struct made {
	struct profile profile;
	struct policy policy;
	bool root;
};

static void print_profile(const struct made *made, struct strbuf *out)
{
	profile_print(&made->profile, out);
}

static void print_policy(const struct made *made, struct strbuf *out)
{
	policy_print(&made->policy, out);
}

static void print_filter(const struct made *made, struct strbuf *out)
{
	struct filter_options options = {
		.level = made->profile.process.seccomp,
		.icmp = made->policy.icmp,
		.arch = 0xc000003e /* AUDIT_ARCH_X86_64 */
	};
	filter_print(&options, out);
}

// A plan, or the refusal of what is not available yet.
static void print_plan_for(const struct made *made, bool root, struct strbuf *out)
{
	static char python[] = "python3", script[] = "/tmp/other/train.py", secret[] = "AWS_SECRET_ACCESS_KEY=x",
		    path[] = "PATH=/usr/bin";
	char *const command[] = { python, script, NULL };
	char *const environment[] = { secret, path, NULL };
	struct host_facts host = made_up_host(root);
	struct launch_plan plan = { 0 };
	struct link_request link = { 0 };
	struct error err = { 0 };

	guard(&host);
	if (ruleset_asks_neighbours(made->profile.network.uplink)) {
		assert_int_equal(link_request_address(&link, "10.20.1.50/24", NULL), 0);
		assert_int_equal(link_request_address(&link, "2001:db8::50/64", NULL), 0);
	}
	const struct launch_request request = { .profile = &made->profile,
						.policy = &made->policy,
						.host = &host,
						.command = command,
						.environment = environment,
						.link = link };

	strbuf_format(out, "== %s\n", root ? "root" : "user");
	if (launch_plan_build(&request, &plan, &err) < 0) {
		const char *place = strstr(err.message, "tests/golden");
		strbuf_format(out, "refused: %s\n", place ? place : err.message);
		guarded_release(&host.guarded);
		return;
	}
	launch_plan_print(&plan, out);
	vec_for_each (notice, &plan.notices)
		strbuf_format(out, "notice: %s\n", *notice);
	launch_plan_summary(&plan, &made->profile, out);
	strbuf_add_char(out, '\n');
	launch_plan_release(&plan);
	guarded_release(&host.guarded);
}

static void print_plan(const struct made *made, struct strbuf *out)
{
	print_plan_for(made, true, out);
	print_plan_for(made, false, out);
}

static const struct {
	const char *name;
	void (*print)(const struct made *made, struct strbuf *out);
} back_ends[] = {
	{ "profile", print_profile },
	{ "policy", print_policy },
	{ "plan", print_plan },
	{ "filter", print_filter },
};

// Names of files are told from the source folder on, wherever it lies.
static void cut_source(struct strbuf *text, const char *source)
{
	struct strbuf cut = { 0 };
	size_t length = strlen(source);
	const char *rest = strbuf_text(text);

	for (const char *at; (at = strstr(rest, source)); rest = at + length + 1)
		strbuf_add_bytes(&cut, rest, (size_t)(at - rest));
	strbuf_add(&cut, rest);
	strbuf_release(text);
	*text = cut;
}

static unsigned compare(const char *expected_path, const struct strbuf *actual)
{
	AUTO_FREE char *expected = NULL;
	size_t length;

	if (getenv("GOLDEN_UPDATE")) {
		FILE *file = fopen(expected_path, "w");
		assert_non_null(file);
		fputs(strbuf_text(actual), file);
		fclose(file);
		return 0;
	}
	if (io_read_file(expected_path, 1 << 22, &expected, &length, NULL) == 0 &&
	    strcmp(expected, strbuf_text(actual)) == 0)
		return 0;
	fprintf(stderr, "%s differs; now:\n%s\n", expected_path, strbuf_text(actual));
	return 1;
}

static unsigned check(const char *source, const char *path)
{
	const struct profile_source from = { .open = nft_profile_open, .read = nft_profile_open };
	struct mistakes mistakes = { 0 };
	struct made made;
	unsigned different = 0;
	const char *name = strrchr(path, '/') + 1;

	assert_int_equal(profile_load(&from, path, &made.profile, &mistakes), 0);
	mistakes_release(&mistakes);
	assert_int_equal(policy_build(&made.profile, &made.policy, NULL), 0);
	for (size_t i = 0; i < sizeof(back_ends) / sizeof(back_ends[0]); i++) {
		CLEANUP(strbuf_release) struct strbuf text = { 0 };
		AUTO_FREE char *expected = memory_format("%s/tests/golden/%s/%.*s.txt", source, back_ends[i].name,
							 (int)strcspn(name, "."), name);
		back_ends[i].print(&made, &text);
		cut_source(&text, source);
		different += compare(expected, &text);
	}
	policy_release(&made.policy);
	profile_release(&made.profile);
	return different;
}

static void test_back_ends(void **state)
{
	const char *source = getenv("VPCJAIL_SOURCE");
	unsigned different = 0;
	glob_t found = { 0 };

	(void)state;
	assert_non_null(source);
	AUTO_FREE char *pattern = memory_format("%s/tests/golden/nft/*.yaml", source);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 12);
	for (size_t i = 0; i < found.gl_pathc; i++)
		different += check(source, found.gl_pathv[i]);
	globfree(&found);
	assert_int_equal(different, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_back_ends) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
