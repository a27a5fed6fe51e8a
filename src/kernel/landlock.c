// SPDX-License-Identifier: GPL-2.0-or-later
// The workload's Landlock domain: what the plan says, in the words of this kernel.
//
// Constants and the attribute's third word are of kernels newer than Debian 12's linux/landlock.h; the plan asks for
// them only where the kernel has them (linux/landlock.h of Linux 7.1, Documentation/userspace-api/landlock.rst).
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/launch_state.h"

struct attribute {
	uint64_t handled_access_fs, handled_access_net, scoped;
};

enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_SCOPED = 6 };

static const uint64_t refer = 1ULL << 13;
static const uint64_t truncate_file = 1ULL << 14;
static const uint64_t resolve_unix = 1ULL << 16;
static const uint64_t write_file = LANDLOCK_ACCESS_FS_WRITE_FILE;
static const uint64_t change_folder =
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return abi > 0 ? (int)abi : 0;
}

// Rights that mean something for a file that is no folder; the kernel refuses others there.
static int allow(int ruleset, const char *path, uint64_t rights, uint64_t handled, const char *key, struct error *err)
{
	struct stat status;
	AUTO_CLOSE int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "%s: %s", key, path);
	if (!S_ISDIR(status.st_mode))
		rights &= write_file | truncate_file | resolve_unix;
	struct landlock_path_beneath_attr rule = { .allowed_access = rights & handled, .parent_fd = fd };
	if (rule.allowed_access && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return error_set_errno(err, -errno, "cannot allow %s", path);
	return 0;
}

static int add_rules(int ruleset, const struct landlock_domain *domain, uint64_t handled, struct error *err)
{
	// Any domain that handles files denies moving between folders unless it says otherwise.
	if (!domain->write && allow(ruleset, "/", refer, handled, "landlock", err) < 0)
		return err->code;
	vec_for_each (path, &domain->writable)
		if (allow(ruleset, *path, write_file | truncate_file | change_folder | refer, handled,
			  "process.writable", err) < 0)
			return err->code;
	vec_for_each (path, &domain->sockets)
		if (allow(ruleset, *path, resolve_unix, handled, "process.sockets", err) < 0)
			return err->code;
	return 0;
}

static uint64_t handled_rights(const struct landlock_domain *domain, int abi)
{
	uint64_t rights = (domain->write ? write_file | change_folder : 0) | (domain->unix_sockets ? resolve_unix : 0);

	if (rights && abi >= ABI_REFER)
		rights |= refer;
	if (domain->write && abi >= ABI_TRUNCATE)
		rights |= truncate_file;
	return rights;
}

int step_landlock(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct landlock_domain domain = launch->plan->landlock;
	int abi = landlock_abi();

	(void)step;
	if (launch_without(launch, MECHANISM_LANDLOCK_SCOPE))
		domain.scoped = 0;
	if (launch_without(launch, MECHANISM_LANDLOCK_WRITE))
		domain.write = false;
	if (launch_without(launch, MECHANISM_LANDLOCK_UNIX))
		domain.unix_sockets = false;
	struct attribute attribute = { .handled_access_fs = handled_rights(&domain, abi), .scoped = domain.scoped };
	// An older kernel takes the attribute only without the words it does not know.
	size_t size = abi >= ABI_SCOPED ? sizeof(attribute) : sizeof(attribute.handled_access_fs);

	if (!attribute.handled_access_fs && !attribute.scoped)
		return 0;
	AUTO_CLOSE int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attribute, size, 0);
	if (ruleset < 0)
		return error_set_errno(err, -errno, "cannot make the Landlock domain");
	if (add_rules(ruleset, &domain, attribute.handled_access_fs, err) < 0)
		return err->code;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return error_set_errno(err, -errno, "cannot enter the Landlock domain");
	return 0;
}
