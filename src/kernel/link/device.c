// SPDX-License-Identifier: GPL-2.0-or-later
// uplink: device. One of the host's links, moved into the jail for as long as the job runs.
//
// Theory of operation. Such a link must come back, however we end. The kernel sends hardware back to the first network
// namespace when the jail's is torn down, without addresses and under the name it had inside; anything else (a veth, a
// VLAN) it destroys. So before the link is moved, a process of our own is started, the guardian: it holds the jail's
// network namespace, and a pipe tells it when the supervisor is done or dead; then it takes the link out of the jail,
// down first, and makes it what the note of it says that it was. It is a session of its own, that no terminal and no
// signal but SIGKILL ends. Where it too was killed, the next start of any jail finds the note without a lock, and the
// link, when it was hardware, in the host: and does the same.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/link/device_note.h"
#include "kernel/link/uplink.h"
#include "kernel/netlink/rtnetlink.h"

enum { DONE = 'd' };

// The descriptors of a guardian, in this order from 0 on: it has no others.
enum { GUARDIAN_ALIVE, GUARDIAN_NOTE, GUARDIAN_INSIDE, GUARDIAN_DESCRIPTORS };

static void keep_descriptors(const int fds[GUARDIAN_DESCRIPTORS])
{
	int high[GUARDIAN_DESCRIPTORS];

	for (int i = 0; i < GUARDIAN_DESCRIPTORS; i++)
		high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, GUARDIAN_DESCRIPTORS);
	for (int i = 0; i < GUARDIAN_DESCRIPTORS; i++)
		if (high[i] < 0 || dup2(high[i], i) < 0)
			_exit(1);
	if (syscall(SYS_close_range, GUARDIAN_DESCRIPTORS, ~0U, 0) < 0)
		_exit(1);
}

// Nothing of the supervisor's stays open here: who waits for its end of a pipe must not wait for us.
_Noreturn static void guardian_main(const struct host_claim *claim, int alive, int inside)
{
	struct host_claim held = *claim;
	struct device_note note;
	struct error err = { 0 };
	sigset_t all;
	char word = 0;
	ssize_t got;

	keep_descriptors((const int[]){ alive, claim->fd, inside });
	held.fd = GUARDIAN_NOTE;
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	if (setsid() < 0 || chdir("/") < 0)
		_exit(1);
	do {
		got = read(GUARDIAN_ALIVE, &word, 1);
	} while (got < 0 && errno == EINTR);
	if (device_note_read(GUARDIAN_NOTE, &note, &err) < 0 || device_give_back(&note, GUARDIAN_INSIDE, &err) < 0)
		_exit(1);
	if (got == 0)
		host_claim_drop(&held);  // else the supervisor's to do
	_exit(0);
}

static int start_guardian(struct uplink_state *uplink, struct error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, -errno, "cannot make a pipe");
	uplink->alive = ends[1];
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[1]);
		guardian_main(&uplink->claim, ends[0], uplink->inside);
	}
	close(ends[0]);
	if (pid < 0)
		return error_set_errno(err, -errno, "cannot start the process that gives the link back");
	uplink->guardian = pid;
	return 0;
}

static int note_device(struct uplink_state *uplink, const struct link_plan *link, struct error *err)
{
	CLEANUP(device_note_release) struct device_note note = { 0 };

	if (device_note_take(link->device, link->inside, &note, err) < 0)
		return err ? err->code : -EIO;
	if (note.facts.index != link->device_index)
		return error_set(err, -EAGAIN, "%s is another link than a moment ago: try again", link->device);
	return device_note_write(&note, uplink->claim.fd, err);
}

static int open_device(struct uplink_state *uplink, const struct launch_plan *plan, int inside, struct error *err)
{
	const struct link_plan *link = &plan->link;
	const struct link_target target = { inside, link->inside, 0 };

	if (rtnetlink_open(&uplink->routes, err) < 0)
		return err ? err->code : -EIO;
	uplink_sweep(uplink);
	if (host_claim_take(CLAIM_DEVICE, link->device, &uplink->claim, err) < 0 ||
	    uplink_claim_addresses(uplink, link, err) < 0 || note_device(uplink, link, err) < 0 ||
	    start_guardian(uplink, err) < 0 || link_move(uplink->routes, link->device, &target, err) < 0)
		return err ? err->code : -EIO;
	uplink->moved = true;
	return 0;
}

// The guardian's work, should somebody have killed it. Part of it may be done.
static bool give_back(const struct uplink_state *uplink)
{
	CLEANUP(device_note_release) struct device_note note = { 0 };
	struct error err = { 0 };

	return device_note_read(uplink->claim.fd, &note, &err) == 0 &&
	       (device_give_back(&note, uplink->inside, &err) == 0 || device_give_back(&note, -1, &err) == 0);
}

static void close_device(struct uplink_state *uplink, const struct launch_plan *plan)
{
	const char done = DONE;
	int status = 0;

	(void)plan;
	if (uplink->guardian && !uplink->moved)
		(void)kill(uplink->guardian, SIGKILL);
	if (uplink->alive >= 0) {
		(void)!write(uplink->alive, &done, 1);
		close(uplink->alive);
	}
	while (uplink->guardian && waitpid(uplink->guardian, &status, 0) < 0 && errno == EINTR)
		;
	// A note that is not done with stays for the next start.
	if (!uplink->moved || status == 0 || give_back(uplink))
		host_claim_drop(&uplink->claim);
	else
		close(uplink->claim.fd);
	uplink_drop_addresses(uplink);
	if (uplink->routes)
		rtnetlink_close(&uplink->routes);
}

const struct uplink_kind uplink_device = { open_device, close_device };

// Whether the note is done with. Hardware that is not here may still be on its way.
static bool recover(const char *name, int fd, void *data)
{
	CLEANUP(device_note_release) struct device_note note = { 0 };
	struct error err = { 0 };

	(void)name;
	(void)data;
	if (fd < 0)
		return false;
	if (device_note_read(fd, &note, &err) < 0)
		return true;
	return device_give_back(&note, -1, &err) == 0 || note.facts.kind[0];
}

void uplink_recover_devices(void)
{
	if (geteuid() == 0)
		host_state_devices(recover, NULL);
}
