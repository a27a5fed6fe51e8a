// SPDX-License-Identifier: GPL-2.0-or-later
// Making the test range: see range.h.
//
// Theory of operation. A child leaves the caller's namespaces: for user (unless root), mount and network namespaces of
// its own, which become those of the jail's host, and then for one more network namespace, the outside, where it stays
// and answers (outside.c). The link between the two is made while it can speak to both. The caller gets descriptors of
// the host's namespaces and stays where it is; whoever is to be on that host enters them. Before anything is written to
// a network namespace it is proven not to be the caller's.
#include "verify/range.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "kernel/loop/channel.h"
#include "kernel/netlink/rtnetlink.h"
#include "verify/outside.h"

enum { RANGE_MTU = 1500, HANDED_OVER = 3 };

// Inside /run/vpcjail jails of this machine note what they change on it; the range's host has its own notes.
#define NOTES "/run/vpcjail"

const uint8_t range_host_mac[6] = { 0x02, 0x76, 0x68, 0x6f, 0x73, 0x74 };
const uint8_t range_outside_mac[6] = { 0x02, 0x76, 0x6f, 0x75, 0x74, 0x73 };

struct making {
	const struct range_plan *plan;
	ino_t outside;  // network namespace of the caller
	int user, mount, host;
};

static int network_identity(ino_t *out, struct error *err)
{
	struct stat status;

	if (stat("/proc/self/ns/net", &status) < 0)
		return error_set_errno(err, -errno, "cannot read /proc/self/ns/net; nothing can be proven without it");
	*out = status.st_ino;
	return 0;
}

static int open_namespace(const char *path, int *out, struct error *err)
{
	*out = open(path, O_RDONLY | O_CLOEXEC);
	return *out < 0 ? error_set_errno(err, -errno, "cannot open %s", path) : 0;
}

// The same numbers inside as outside.
static int make_user(uid_t uid, gid_t gid, struct error *err)
{
	AUTO_FREE char *uid_map = memory_format("%u %u 1\n", (unsigned)uid, (unsigned)uid);
	AUTO_FREE char *gid_map = memory_format("%u %u 1\n", (unsigned)gid, (unsigned)gid);
	const struct {
		const char *path, *text;
	} files[] = { { "/proc/self/setgroups", "deny" },
		      { "/proc/self/uid_map", uid_map },
		      { "/proc/self/gid_map", gid_map } };

	if (unshare(CLONE_NEWUSER) < 0)
		return error_set_errno(err, -errno,
				       "cannot make a user namespace for the test range (`vpcjail doctor` has the "
				       "remedy)");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int result = io_write_file(files[i].path, files[i].text);
		if (result < 0)
			return error_set_errno(err, result, "cannot write %s", files[i].path);
	}
	return 0;
}

// Leaves for a network namespace that is nobody else's.
static int make_network(struct making *making, int *out, struct error *err)
{
	ino_t before = 0, after = 0;

	if (network_identity(&before, err) < 0)
		return err->code;
	if (unshare(CLONE_NEWNET) < 0)
		return error_set_errno(err, -errno, "cannot make a network namespace for the test range");
	if (network_identity(&after, err) < 0)
		return err->code;
	if (after == before || after == making->outside)
		return error_set(err, -EXDEV, "this is still the network of the host; nothing was done");
	return open_namespace("/proc/self/ns/net", out, err);
}

// A file of the range's own in the place of one of the host's, if the host has one. A file without a name cannot be
// mounted: this one has it in a file system that is there only meanwhile, in front of /tmp.
static int replace_file(const char *path, const char *text, struct error *err)
{
	static const char spare[] = "/tmp/file";

	if (access(path, F_OK) < 0)
		return 0;
	if (mount("vpcjail", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=64k") < 0)
		return error_set_errno(err, -errno, "cannot make a file system for the test range");
	AUTO_CLOSE int file = open(spare, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int result = file < 0 ? -errno : io_write_all(file, text, strlen(text));
	if (result == 0 && mount(spare, path, NULL, MS_BIND, NULL) < 0)
		result = -errno;
	if (umount2("/tmp", MNT_DETACH) < 0 && result == 0)
		result = -errno;
	return result < 0 ? error_set_errno(err, result, "cannot put %s of the test range into its place", path) : 0;
}

static int make_mounts(struct making *making, struct error *err)
{
	char text[ADDRESS_TEXT_SIZE];
	AUTO_FREE char *resolv = memory_format("nameserver %s\n", address_print(&making->plan->resolver, text));

	if (unshare(CLONE_NEWNS) < 0)
		return error_set_errno(err, -errno, "cannot make a mount namespace for the test range");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_set_errno(err, -errno, "cannot separate the mounts of the test range");
	if (geteuid() == 0 && making->user < 0) {
		(void)mkdir(NOTES, 0700);
		if (mount("vpcjail", NOTES, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700,size=1m") < 0)
			return error_set_errno(err, -errno, "cannot give the test range a %s of its own", NOTES);
	}
	if (replace_file("/etc/resolv.conf", resolv, err) < 0)
		return err->code;
	return open_namespace("/proc/self/ns/mnt", &making->mount, err);
}

// Where the host has another way out, that one holds the default route, and this link the two halves of everything.
static const struct prefix ways[LINK_FAMILIES][3] = {
	{ IPV4_PREFIX(0, 0, 0, 0, 0), IPV4_PREFIX(0, 0, 0, 0, 1), IPV4_PREFIX(128, 0, 0, 0, 1) },
	{ IPV6_PREFIX(0, 0, 0), IPV6_PREFIX(0, 0, 1), IPV6_PREFIX(0x8000000000000000, 0, 1) },
};

#define SPARE "spare0"

static int give_address(struct nl_sock *routes, const struct range_plan *plan, size_t family, struct error *err)
{
	const struct host_address *own = &plan->own[family];
	const struct prefix address = { own->address, own->length };
	const struct prefix *halves = &ways[family][1];

	if (own->address.family == FAMILY_NONE)
		return 0;
	if (address_add(routes, plan->device, &address, err) < 0)
		return err->code;
	if (!plan->spare)
		return route_add(routes, plan->device, &ways[family][0], &plan->gateways[family], err);
	if (route_add(routes, SPARE, &ways[family][0], NULL, err) < 0 ||
	    route_add(routes, plan->device, &halves[0], &plan->gateways[family], err) < 0)
		return err->code;
	return route_add(routes, plan->device, &halves[1], &plan->gateways[family], err);
}

static int add_spare(struct nl_sock *routes, struct error *err)
{
	if (link_add_pair(routes, SPARE, "spare1", err) < 0 || link_up(routes, SPARE, err) < 0)
		return err->code;
	return link_up(routes, "spare1", err);
}

// The host's end of the link and what the host has on it; in the host's namespace, through a socket of it.
static int furnish_host(const struct making *making, struct nl_sock *routes, int outside, struct error *err)
{
	const struct link_end near = { making->plan->device, range_host_mac },
			      far = { OUTSIDE_LINK, range_outside_mac };

	if (link_add_pair_across(routes, &near, &far, outside, RANGE_MTU, err) < 0 || link_up(routes, "lo", err) < 0 ||
	    link_up(routes, near.name, err) < 0)
		return err->code;
	if (making->plan->spare && add_spare(routes, err) < 0)
		return err->code;
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		if (give_address(routes, making->plan, i, err) < 0)
			return err->code;
	return 0;
}

// An ordinary program may send an echo: else the control would show nothing.
static int allow_echoes(struct error *err)
{
	AUTO_FREE char *groups =
	    geteuid() == 0 ? memory_copy_text("0 2147483647") : memory_format("%u %u", getegid(), getegid());
	int result = io_write_file("/proc/sys/net/ipv4/ping_group_range", groups);

	return result < 0 ? error_set_errno(err, result, "cannot allow echoes on the host of the test range") : 0;
}

static int up_outside(struct error *err)
{
	struct nl_sock *routes = NULL;
	int result = rtnetlink_open(&routes, err);

	if (result == 0)
		result = link_up(routes, OUTSIDE_LINK, err);
	rtnetlink_close(&routes);
	return result;
}

static int make_links(struct making *making, struct error *err)
{
	struct nl_sock *routes = NULL;
	AUTO_CLOSE int outside = -1;

	if (make_network(making, &making->host, err) < 0 || rtnetlink_open(&routes, err) < 0)
		return err->code;
	// From here on the process is in the outside; the socket stays with the host.
	int result = make_network(making, &outside, err);
	if (result == 0)
		result = setns(making->host, CLONE_NEWNET) < 0
			     ? error_set_errno(err, -errno, "cannot enter the host of the test range")
			     : furnish_host(making, routes, outside, err);
	if (result == 0)
		result = allow_echoes(err);
	rtnetlink_close(&routes);
	if (result == 0 && setns(outside, CLONE_NEWNET) < 0)
		result = error_set_errno(err, -errno, "cannot enter the outside of the test range");
	return result == 0 ? up_outside(err) : result;
}

static int make_all(struct making *making, struct error *err)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (network_identity(&making->outside, err) < 0)
		return err->code;
	if (uid != 0) {
		if (make_user(uid, gid, err) < 0 || open_namespace("/proc/self/ns/user", &making->user, err) < 0)
			return err->code;
	}
	if (make_mounts(making, err) < 0 || make_links(making, err) < 0)
		return err->code;
	return 0;
}

static _Noreturn void be_outside(const struct range_plan *plan, struct board *board, int channel, pid_t parent)
{
	struct making making = { .plan = plan, .user = -1, .mount = -1, .host = -1 };
	struct message message = { .kind = MESSAGE_ERROR };

	range_end_with(parent);
	int result = make_all(&making, &message.error);
	range_end_with(parent);
	const int handed[HANDED_OVER] = { making.user, making.mount, making.host };
	for (unsigned i = 0; result == 0 && i < HANDED_OVER; i++)
		result = channel_send(channel, &(struct message){ .kind = MESSAGE_STARTED, .number = i }, handed[i]);
	if (result == 0)
		result = outside_run(board, channel, OUTSIDE_LINK, true, &message.error);
	if (result < 0)
		(void)channel_send(channel, &message, -1);
	_exit(result < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

// A message of the child's; what it says when it failed.
static int receive(int channel, struct message *message, int *fd, struct error *err)
{
	channel_await(channel);
	int got = channel_receive(channel, message, fd);

	if (got > 0 && message->kind == MESSAGE_STARTED)
		return 0;
	if (got > 0)
		*err = message->error;
	return got > 0 ? err->code : error_set(err, -EIO, "the test range has ended unexpectedly");
}

static int take_over(struct range *range, struct error *err)
{
	int *const targets[HANDED_OVER] = { &range->user, &range->mount, &range->network };

	for (unsigned i = 0; i < HANDED_OVER; i++) {
		struct message message;
		if (receive(range->channel, &message, targets[i], err) < 0)
			return err->code;
	}
	return outside_answer(range->channel, err);
}

int range_open(const struct range_plan *plan, struct board *board, struct range *range, struct error *err)
{
	struct range made = RANGE_NONE;
	int ends[2];
	pid_t parent = getpid();

	if (channel_open(ends, err) < 0)
		return err->code;
	made.channel = ends[0];
	made.outside = fork();
	if (made.outside == 0) {
		close(ends[0]);
		be_outside(plan, board, ends[1], parent);
	}
	int code = -errno;
	close(ends[1]);
	int result =
	    made.outside < 0 ? error_set_errno(err, code, "cannot start the test range") : take_over(&made, err);
	if (result < 0)
		range_close(&made);
	else
		*range = made;
	return result;
}

void range_close(struct range *range)
{
	int *const fds[] = { &range->channel, &range->user, &range->mount, &range->network };

	if (range->outside > 0) {
		(void)kill(range->outside, SIGKILL);
		while (waitpid(range->outside, NULL, 0) < 0 && errno == EINTR)
			;
	}
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	*range = (struct range)RANGE_NONE;
}

// Into a network namespace, with the user and mount namespaces where they are given, and the proof that it is that one.
static int enter(int user, int mounts, int network, struct error *err)
{
	ino_t before = 0, after = 0;
	struct stat target;

	if (network_identity(&before, err) < 0)
		return err->code;
	if ((user >= 0 && setns(user, CLONE_NEWUSER) < 0) || (mounts >= 0 && setns(mounts, CLONE_NEWNS) < 0) ||
	    setns(network, CLONE_NEWNET) < 0)
		return error_set_errno(err, -errno, "cannot enter the test range");
	if (network_identity(&after, err) < 0)
		return err->code;
	if (fstat(network, &target) < 0 || after == before || after != target.st_ino)
		return error_set(err, -EXDEV, "this is not the network of the test range; nothing was done");
	return 0;
}

void range_end_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
}

int range_enter(const struct range *range, struct error *err)
{
	return enter(range->user, range->mount, range->network, err);
}

int range_enter_jail(const struct range *range, int network, struct error *err)
{
	return enter(range->user, -1, network, err);
}

int range_settle(const struct range *range, struct error *err)
{
	return outside_ask(range->channel, &(struct outside_request){ .word = OUTSIDE_SETTLE }, err);
}

int range_send(const struct range *range, const struct board_host *to, size_t first, size_t count, struct error *err)
{
	return outside_ask(range->channel,
			   &(struct outside_request){ .word = OUTSIDE_SEND, .to = *to, .first = first, .count = count },
			   err);
}
