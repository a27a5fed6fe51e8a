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
#include "kernel/host/user_open.h"
#include "kernel/launch/launch_state.h"

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
static const uint64_t rights_of_files = write_file | truncate_file | resolve_unix;

static int add_rule(int ruleset, int fd, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights, .parent_fd = fd };

	return rights ? (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) : 0;
}

static int allow(const struct launch *launch, int ruleset, const struct granted_path *granted, uint64_t rights,
		 struct error *err)
{
	struct stat status;
	const char *asked = granted->asked ? granted->asked : "Landlock";
	const struct identity *other = launch->plan->root ? launch->plan->identity : NULL;
	AUTO_CLOSE int fd = user_open(AT_FDCWD, granted->path, O_PATH, 0, other);

	if (fd < 0 && errno == ENOENT)
		return error_set(err, -ENOENT, "%s: %s is not there, or hidden from the job", asked, granted->path);
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "%s: cannot open %s", asked, granted->path);
	if (add_rule(ruleset, fd, S_ISDIR(status.st_mode) ? rights : rights & rights_of_files) < 0)
		return error_set_errno(err, -errno, "%s: cannot allow %s", asked, granted->path);
	return 0;
}

// A file that comes in open for writing can be opened again by its name in /dev: `echo >/dev/stdout`.
static int allow_descriptor(int ruleset, int fd, uint64_t rights, struct error *err)
{
	struct stat status;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return 0;
	// EBADFD: a file without a place in the tree (memfd), which no domain is asked about.
	if (add_rule(ruleset, fd, rights & rights_of_files) < 0 && errno != EBADFD)
		return error_set_errno(err, -errno, "cannot allow writing to descriptor %d", fd);
	return 0;
}

static int add_rules(const struct launch *launch, int ruleset, const struct landlock_domain *domain, uint64_t handled,
		     struct error *err)
{
	static char everything[] = "/";
	const struct granted_path root = { .path = everything };
	const uint64_t writing = (write_file | truncate_file | change_folder | refer) & handled;

	// Any domain that handles files denies moving between folders unless it says otherwise.
	if (!domain->write && allow(launch, ruleset, &root, refer & handled, err) < 0)
		return err->code;
	if (domain->write) {
		vec_for_each (granted, &domain->writable)
			if (allow(launch, ruleset, granted, writing, err) < 0)
				return err->code;
		for (size_t i = 0; i < sizeof(launch->stdio) / sizeof(launch->stdio[0]); i++)
			if (allow_descriptor(ruleset, launch->stdio[i], writing, err) < 0)
				return err->code;
		vec_for_each (fd, &launch->plan->keep_fds)
			if (allow_descriptor(ruleset, *fd, writing, err) < 0)
				return err->code;
	}
	vec_for_each (granted, &domain->sockets)
		if (allow(launch, ruleset, granted, resolve_unix & handled, err) < 0)
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
	// Init's domain, in which such a command starts, has the same rules. The workload's lies within it: whoever
	// looks into the running job (py-spy, gdb) may, and the job may not look into them.
	if (launch->executing)
		return 0;
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
	if (add_rules(launch, ruleset, &domain, attribute.handled_access_fs, err) < 0)
		return err->code;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return error_set_errno(err, -errno, "cannot enter the Landlock domain");
	return 0;
}
