// SPDX-License-Identifier: GPL-2.0-or-later
// The search path: order, reserved names, what root refuses, the list, the default.
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "profile/search.h"

static char *scratch;

#define PROFILE "vpcjail: 1\nnetwork: {isolation: full}\n"

// Writes scratch/path, making its folders.
static void put(const char *path, const char *text)
{
	AUTO_FREE char *whole = memory_format("%s/%s", scratch, path);

	for (char *slash = strchr(whole + strlen(scratch) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(whole, 0755);
		*slash = '/';
	}
	int fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static struct search new_search(uid_t euid, const char *wanted)
{
	AUTO_FREE char *home = memory_format("%s/home", scratch);
	AUTO_FREE char *system = memory_format("%s/etc", scratch);
	AUTO_FREE char *installed = memory_format("%s/share", scratch);
	struct search search;

	search_init(&search,
		    &(struct search_options){
			.euid = euid, .home = home, .wanted = wanted, .system = system, .installed = installed });
	return search;
}

// Opens name; the path it was found at without scratch, or the error's message. The caller frees it.
static char *open_as(uid_t euid, const char *name, const char *from)
{
	CLEANUP(search_release) struct search search = new_search(euid, NULL);
	struct profile_source source = search_source(&search);
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *text = NULL;
	struct error err = { 0 };
	size_t length;

	if (source.open(source.data, name, from, &path, &text, &length, &err) < 0)
		return memory_copy_text(err.message);
	return memory_copy_text(strncmp(path, scratch, strlen(scratch)) == 0 ? path + strlen(scratch) : path);
}

static void check_open(uid_t euid, const char *name, const char *expected)
{
	AUTO_FREE char *got = open_as(euid, name, NULL);

	if (!strstr(got, expected))
		fail_msg("%s: expected \"%s\", got \"%s\"", name, expected, got);
}

static void test_order(void **state)
{
	(void)state;
	put("share/here.yaml", PROFILE);
	check_open(1000, "here", "/share/here.yaml");
	put("home/.config/vpcjail/profiles/here.yaml", PROFILE);
	check_open(1000, "here", "/home/.config/vpcjail/profiles/here.yaml");
	put("etc/profiles/here.yaml", PROFILE);
	check_open(1000, "here", "/etc/profiles/here.yaml");
	check_open(1000, "network-isolation", "built-in:network-isolation");
	put("home/.config/vpcjail/profiles/mine.yaml", PROFILE);
	check_open(1000, "mine", "/mine.yaml");
	check_open(0, "mine", "unknown profile \"mine\"");
}

static void test_unknown(void **state)
{
	(void)state;
	check_open(1000, "network-isolatoin", "did you mean \"network-isolation\"?");
	check_open(1000, "network-isolatoin", "/etc/profiles, ");
	check_open(1000, "./nowhere.yaml", "cannot open");
}

static void test_relative(void **state)
{
	AUTO_FREE char *from = memory_format("%s/own/child.yaml", scratch);

	(void)state;
	put("own/base.yaml", PROFILE);
	AUTO_FREE char *got = open_as(1000, "./base.yaml", from);
	assert_string_equal(got, "/own/./base.yaml");
	AUTO_FREE char *bare = open_as(1000, "base.yaml", from);
	assert_string_equal(bare, "/own/base.yaml");
}

static void test_reserved(void **state)
{
	(void)state;
	put("home/.config/vpcjail/profiles/vpc-private.yaml", PROFILE);
	check_open(1000, "vpc-private",
		   "has the name of a shipped profile; give it another name and write \"extends: vpc-private\"");
	check_open(0, "vpc-private", "built-in:vpc-private");
}

static void test_not_regular(void **state)
{
	AUTO_FREE char *fifo = memory_format("%s/own/fifo.yaml", scratch);
	AUTO_FREE char *folder = memory_format("%s/own/", scratch);

	(void)state;
	assert_int_equal(mkfifo(fifo, 0644), 0);
	check_open(1000, fifo, "is not a regular file");
	check_open(1000, folder, "is not a regular file");
	check_open(1000, "/dev/zero", "is not a regular file");
}

static void test_size(void **state)
{
	AUTO_FREE char *large = memory_format("%s/own/large.yaml", scratch);

	(void)state;
	put("own/large.yaml", "");
	assert_int_equal(truncate(large, 10 << 20), 0);
	check_open(1000, large, "is larger than 1 MiB");
}

// Needs files that belong to root; the positive control is the same file before others may write it.
static void test_root(void **state)
{
	AUTO_FREE char *folder = memory_format("%s/etc/profiles", scratch);
	AUTO_FREE char *file = memory_format("%s/here.yaml", folder);

	(void)state;
	if (geteuid() != 0)
		return;
	check_open(0, "here", "/etc/profiles/here.yaml");
	assert_int_equal(chmod(file, 0664), 0);
	check_open(0, "here", "others can write");
	check_open(0, "here", "chmod go-w");
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(chmod(folder, 0777), 0);
	check_open(0, "here", "others can write");
	check_open(1000, "here", "/etc/profiles/here.yaml");
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chown(file, 12345, 0), 0);
	check_open(0, "here", "chown root");
	assert_int_equal(chown(file, 0, 0), 0);
	check_open(0, "here", "/etc/profiles/here.yaml");
}

static void test_list(void **state)
{
	CLEANUP(search_release) struct search search = new_search(1000, NULL);
	CLEANUP(found_profiles_release) found_profile_vec found = { 0 };
	size_t here = 0, reserved = 0;

	(void)state;
	assert_int_equal(search_list(&search, &found, NULL), 0);
	for (size_t i = 0; i < found.count; i++) {
		const struct found_profile *profile = &found.items[i];
		assert_true(i == 0 || strcmp(found.items[i - 1].name, profile->name) <= 0);
		if (strcmp(profile->name, "here") == 0) {
			assert_int_equal(profile->place, here);  // system, user, installed
			assert_true(!profile->hides == (profile->place == SEARCH_INSTALLED));
			here++;
		}
		if (strcmp(profile->name, "vpc-private") == 0 && profile->problem)
			reserved++;
	}
	assert_int_equal(here, 3);
	assert_int_equal(reserved, 1);
}

static void check_default(uid_t euid, const char *wanted, const char *expected)
{
	CLEANUP(search_release) struct search search = new_search(euid, wanted);
	AUTO_FREE char *name = NULL;

	assert_int_equal(search_default(&search, &name, NULL, NULL), 0);
	assert_string_equal(name, expected);
}

static void test_default(void **state)
{
	(void)state;
	check_default(1000, NULL, "network-isolation");
	put("etc/default", "here\n");
	check_default(1000, NULL, "here");
	check_default(1000, "mine", "mine");
	if (geteuid() == 0)
		check_default(0, "mine", "here");
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),    cmocka_unit_test(test_unknown),     cmocka_unit_test(test_relative),
		cmocka_unit_test(test_reserved), cmocka_unit_test(test_not_regular), cmocka_unit_test(test_size),
		cmocka_unit_test(test_root),     cmocka_unit_test(test_list),        cmocka_unit_test(test_default),
	};
	char folder[] = "/tmp/vpcjail-search-XXXXXX";

	umask(022);
	scratch = mkdtemp(folder);
	if (!scratch || chmod(scratch, 0755) < 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return failed;
}
