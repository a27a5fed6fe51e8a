// SPDX-License-Identifier: GPL-2.0-or-later
// The supervisor's loop: signals in, terminal and pipes both ways, denials counted, the workload's status out.
#include "kernel/launch/launch_state.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel/link/host_blocks.h"
#include "kernel/loop/channel.h"
#include "kernel/loop/pump.h"
#include "kernel/record/collect.h"
#include "kernel/watch/attribution.h"

enum { PUMPS = 5, OWN = 2 /* signals, channel */, LAST_WORDS = 200 /* ms for a terminal's rest */ };

struct supervision {
	struct launch *launch;
	struct launch_result *result;
	struct pump pumps[PUMPS];
	size_t pump_count;
	pollfd_vec watched;
	int signals;
	struct termios modes;  // of the caller's terminal, to be restored
	bool raw;
	bool ended, failed, started;
	struct timespec deadline;  // of SIGKILL; tv_sec 0 without
	struct error error;
};

static void pidfd_signal(int pidfd, int number)
{
	if (pidfd >= 0)
		(void)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

// Raw input only while we are the terminal's foreground: a background job must not change it.
static void terminal_enter(struct supervision *s)
{
	if (s->raw || s->launch->terminal < 0 || !s->launch->stdio_is_terminal[0] || tcgetpgrp(0) != getpgrp())
		return;
	if (tcgetattr(0, &s->modes) < 0)
		return;
	struct termios raw = s->modes;
	cfmakeraw(&raw);
	s->raw = tcsetattr(0, TCSADRAIN, &raw) == 0;
}

static void terminal_leave(struct supervision *s)
{
	if (s->raw)
		(void)tcsetattr(0, TCSADRAIN, &s->modes);
	s->raw = false;
}

static void add_pump(struct supervision *s, int from, int to, bool close_to)
{
	s->pumps[s->pump_count++] = (struct pump){ .from = from, .to = to, .close_to = close_to };
}

static void start_terminal(struct supervision *s, int master)
{
	const bool *terminal = s->launch->stdio_is_terminal;

	s->launch->terminal = master;
	add_pump(s, master, terminal[1] ? 1 : terminal[2] ? 2 : 0, false);
	if (terminal[0])
		add_pump(s, 0, master, false);
	terminal_enter(s);
}

static void copy_window_size(const struct supervision *s)
{
	struct winsize size;

	for (int fd = 0; fd < 3; fd++)
		if (s->launch->stdio_is_terminal[fd] && ioctl(fd, TIOCGWINSZ, &size) == 0) {
			(void)ioctl(s->launch->terminal, TIOCSWINSZ, &size);
			return;
		}
}

static void signal_group(const struct supervision *s, int number)
{
	(void)channel_send(s->launch->channel, &(struct message){ .kind = MESSAGE_SIGNAL, .value = number }, -1);
}

// By the signal of the terminal: the kernel drops it where no shell is there to go on (ssh -t, a container), and a job
// that stops itself must not keep us from SIGTERM and the deadline.
static void stop(void)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	(void)kill(getpid(), SIGTSTP);
	sigprocmask(SIG_BLOCK, &one, NULL);
}

// Ctrl-Z inside: give the terminal back, stop as the shell expects, go on together.
static void stop_together(struct supervision *s)
{
	terminal_leave(s);
	stop();
	terminal_enter(s);
	if (s->launch->terminal >= 0)
		copy_window_size(s);
	signal_group(s, SIGCONT);
}

static void forward(struct supervision *s, const struct signalfd_siginfo *info)
{
	int number = (int)info->ssi_signo;

	switch (number) {
	case SIGCHLD:
		return;
	case SIGWINCH:
		if (s->launch->terminal >= 0)
			copy_window_size(s);
		else
			pidfd_signal(s->launch->workload_fd, number);
		return;
	case SIGCONT:
		terminal_enter(s);
		signal_group(s, SIGCONT);
		return;
	case SIGTSTP:
		signal_group(s, SIGSTOP);
		stop_together(s);
		return;
	case SIGTERM:
		if (s->launch->options->stop_timeout && !s->deadline.tv_sec) {
			(void)clock_gettime(CLOCK_MONOTONIC, &s->deadline);
			s->deadline.tv_sec += s->launch->options->stop_timeout;
		}
		break;
	default:
		break;
	}
	if (!s->started)
		pidfd_signal(s->launch->init_fd, SIGKILL);
	else if (info->ssi_code == SI_KERNEL)
		signal_group(s, number);  // typed at a terminal: meant for the whole group
	else
		pidfd_signal(s->launch->workload_fd, number);
}

static void take_signals(struct supervision *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		forward(s, &info);
}

static void take(struct supervision *s, const struct message *message, int fd)
{
	switch (message->kind) {
	case MESSAGE_ERROR:
		if (!s->failed)
			s->error = message->error;
		s->failed = true;
		break;
	case MESSAGE_LOG:
	case MESSAGE_COUNTED:
	case MESSAGE_SOCKETS:
	case MESSAGE_NOTICES:
		notices_take(s->launch, message, fd);
		return;
	case MESSAGE_RULES:
		rules_take(s->launch, fd, message->number);
		return;
	case MESSAGE_WATCH:
		rules_watch(s->launch, fd);
		return;
	case MESSAGE_ROUTES:
		s->launch->jail_routes = fd;
		s->launch->link_index = (unsigned)message->value;
		return;
	case MESSAGE_DNS:
		dns_take(s->launch, fd);
		return;
	case MESSAGE_TERMINAL:
		start_terminal(s, fd);
		return;
	case MESSAGE_STARTED:
		s->launch->workload_fd = fd;
		s->started = true;
		launch_started(s->launch, message->number);
		return;
	case MESSAGE_STOPPED:
		stop_together(s);
		break;
	case MESSAGE_STATUS:
		s->result->wait_status = message->value;
		s->ended = true;
		break;
	case MESSAGE_LISTENER:
		host_port_serve(s->launch, (uint16_t)message->value, fd);
		return;
	case MESSAGE_EXEC_ENDED:
	case MESSAGE_CONNECTED:
		control_take(s->launch, message, fd);
		return;
	case MESSAGE_UPLINK:
	case MESSAGE_SIGNAL:
	case MESSAGE_EXEC:
	case MESSAGE_EXEC_SIGNAL:
	case MESSAGE_CONNECT:
		break;
	}
	if (fd >= 0)
		close(fd);
}

static void take_messages(struct supervision *s)
{
	struct message message;
	int fd;

	for (;;) {
		int got = channel_receive(s->launch->channel, &message, &fd);
		if (got == -EAGAIN || got == -EINTR)
			return;
		if (got <= 0) {  // init is gone, with a status or without
			s->ended = true;
			return;
		}
		take(s, &message, fd);
		if (s->ended)
			return;
	}
}

// Milliseconds until the deadline, -1 without one. A deadline that has passed kills init, and all with it.
static int time_left(struct supervision *s)
{
	struct timespec now;

	if (!s->deadline.tv_sec)
		return -1;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	long left = (s->deadline.tv_sec - now.tv_sec) * 1000 + (s->deadline.tv_nsec - now.tv_nsec) / 1000000;
	if (left > 0)
		return (int)left;
	pidfd_signal(s->launch->init_fd, SIGKILL);
	s->deadline.tv_sec = 0;
	return -1;
}

static void watch(struct supervision *s)
{
	s->watched.count = 0;
	vec_push(&s->watched, (struct pollfd){ .fd = s->signals, .events = POLLIN });
	vec_push(&s->watched, (struct pollfd){ .fd = s->ended ? -1 : s->launch->channel, .events = POLLIN });
	for (size_t i = 0; i < s->pump_count; i++) {
		struct pollfd ends[2];
		pump_watch(&s->pumps[i], ends);
		vec_push(&s->watched, ends[0]);
		vec_push(&s->watched, ends[1]);
	}
	loop_watch(&s->launch->loop, &s->watched);
}

static int turn(struct supervision *s, int timeout)
{
	size_t pumps = s->pump_count;

	watch(s);
	int ready = poll(s->watched.items, (nfds_t)s->watched.count, loop_left(&s->launch->loop, timeout));
	if (ready < 0)
		return errno == EINTR ? 1 : -errno;
	const struct pollfd *watched = s->watched.items;
	if (watched[0].revents) {
		if (!s->started && !s->ended)
			take_messages(s);  // whoever saw the job's first word may have signalled before we saw it start
		take_signals(s);
	}
	for (size_t i = 0; i < pumps; i++)
		pump_turn(&s->pumps[i], &watched[OWN + 2 * i]);
	loop_turn(&s->launch->loop, &s->watched);
	if (watched[1].revents && !s->ended)
		take_messages(s);
	return ready;
}

static bool output_left(const struct supervision *s)
{
	for (size_t i = 0; i < s->pump_count; i++)
		if (s->pumps[i].from != 0 && !pump_is_done(&s->pumps[i]))
			return true;
	return false;
}

// The job is gone; what it wrote last is still in the terminal or the pipes.
static void finish(struct supervision *s)
{
	for (size_t i = 0; i < s->pump_count; i++)
		if (s->pumps[i].from == 0)
			pump_end(&s->pumps[i]);  // nobody reads what is left of the input
	while (output_left(s))
		if (turn(s, LAST_WORDS) <= 0)
			break;
	terminal_leave(s);
}

static void start_relays(struct supervision *s)
{
	struct launch *launch = s->launch;

	for (int fd = 0; fd < 3; fd++) {
		if (launch->relay[fd] < 0)
			continue;
		close(launch->stdio[fd]);  // the job's end
		if (fd == 0)
			add_pump(s, 0, launch->relay[0], true);
		else
			add_pump(s, launch->relay[fd], fd, false);
		if (fd == 0)
			launch->relay[0] = -1;  // the pump closes it
	}
}

static int verdict(struct supervision *s, int init_status, struct error *err)
{
	if (s->failed) {
		*err = s->error;
		return err->code ? err->code : -EIO;
	}
	if (s->launch->failure.code) {
		*err = s->launch->failure;
		return err->code;
	}
	if (s->launch->watch.ended_job)
		return rules_ended_job(s->launch, s->started, err);
	if (s->ended && WIFEXITED(init_status) && WEXITSTATUS(init_status) == 0)
		return 0;
	if (s->started) {  // init was killed, and the job with it
		s->result->wait_status = WIFSIGNALED(init_status) ? init_status : SIGKILL;
		return 0;
	}
	return error_set(err, -ECHILD, "process 1 of the jail ended before the command started");
}

int supervise(struct launch *launch, struct launch_result *result, struct error *err)
{
	struct supervision s = { .launch = launch, .result = result };
	int status = 0;
	sigset_t all;

	sigfillset(&all);
	s.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s.signals < 0) {
		int code = error_set_errno(err, -errno, "cannot watch signals");
		pidfd_signal(launch->init_fd, SIGKILL);
		(void)waitpid(launch->init, &status, 0);
		return code;
	}
	start_relays(&s);
	(void)collector_begin(launch->collector, err);
	notices_start(launch);
	if (launch->options->record && launch->plan->link.outside[0])
		host_blocks_watch(&launch->loop, if_nametoindex(launch->plan->link.outside), result);
	while (!s.ended) {
		int ready = turn(&s, time_left(&s));
		if (ready < 0)
			pidfd_signal(launch->init_fd, SIGKILL);
	}
	// Without a status there is nothing to wait for: whatever is left ends now.
	while (waitpid(launch->init, &status, 0) < 0 && errno == EINTR)
		;
	rules_finish(launch);
	collector_drain(launch->collector);
	loop_release(&launch->loop);
	finish(&s);
	attribution_release(launch->attribution);
	vec_release(&s.watched);
	close(s.signals);
	int code = verdict(&s, status, err);
	if (code == 0)
		collector_finish(launch->collector, launch_exit_status(result));
	return code;
}
