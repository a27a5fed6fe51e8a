// SPDX-License-Identifier: GPL-2.0-or-later
// The caller's side of `vpcjail exec`: see attach.h.
#include "kernel/control/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/control/control.h"
#include "kernel/loop/pump.h"

enum { PUMPS = 5, LAST_WORDS = 200 /* ms for a terminal's rest */ };

struct attachment {
	int control, signals;
	bool is_terminal[3];
	int relay[3];  // our end of a pipe that stands for a UNIX socket, -1 without
	int master;    // of the jail's terminal, -1 without
	struct pump pumps[PUMPS];
	size_t pump_count;
	struct termios modes;  // of the caller's terminal, to be restored
	bool raw, ended;
	int wait_status;
};

// What a program must know of the caller's terminal; all else is as the job has it.
static const char *const passed_variables[] = { "TERM", "COLORTERM", "NO_COLOR" };

static void add_variables(struct control_message *request)
{
	for (size_t i = 0; i < sizeof(passed_variables) / sizeof(passed_variables[0]); i++) {
		const char *value = getenv(passed_variables[i]);
		if (!value || strlen(value) > 128)
			continue;
		vec_push(&request->words, memory_format("%s=%s", passed_variables[i], value));
		request->variables++;
	}
}

static bool is_unix_stream(int fd)
{
	int domain = 0;
	int type = 0;
	socklen_t length = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && domain == AF_UNIX && type == SOCK_STREAM;
}

// One of 0-2: a terminal stays here, a UNIX socket becomes a pipe, anything else is sent. The supervisor judges.
static int add_stream(struct attachment *a, int fd, struct control_message *request, struct error *err)
{
	int ends[2];

	a->is_terminal[fd] = isatty(fd) == 1;
	if (a->is_terminal[fd]) {
		request->terminals |= (uint16_t)(1U << fd);
		return 0;
	}
	int sent = -1;
	if (!is_unix_stream(fd)) {
		sent = dup(fd);
	} else if (pipe2(ends, O_CLOEXEC) == 0) {
		sent = ends[fd == STDIN_FILENO ? 0 : 1];
		a->relay[fd] = ends[fd == STDIN_FILENO ? 1 : 0];
	}
	if (sent < 0)
		return error_set_errno(err, -errno, "cannot pass descriptor %d on", fd);
	request->fds[request->fd_count++] = sent;
	return 0;
}

static bool window_size(const struct attachment *a, struct winsize *size)
{
	for (int fd = 0; fd < 3; fd++)
		if (a->is_terminal[fd] && ioctl(fd, TIOCGWINSZ, size) == 0)
			return true;
	return false;
}

static int send_request(struct attachment *a, char *const *command, struct error *err)
{
	CLEANUP(control_message_release) struct control_message request = { .kind = CONTROL_EXEC };
	struct winsize size = { 0 };

	for (; *command; command++)
		control_message_add(&request, *command);
	add_variables(&request);
	for (int fd = 0; fd < 3; fd++)
		if (add_stream(a, fd, &request, err) < 0)
			return err->code;
	if (window_size(a, &size)) {
		request.rows = size.ws_row;
		request.columns = size.ws_col;
	}
	return control_send(a->control, &request, 0, err);
}

static void add_pump(struct attachment *a, int from, int to, bool close_to)
{
	a->pumps[a->pump_count++] = (struct pump){ .from = from, .to = to, .close_to = close_to };
}

static void start_relays(struct attachment *a)
{
	for (int fd = 0; fd < 3; fd++) {
		if (a->relay[fd] < 0)
			continue;
		if (fd == 0)
			add_pump(a, 0, a->relay[0], true);
		else
			add_pump(a, a->relay[fd], fd, false);
		if (fd == 0)
			a->relay[0] = -1;  // the pump closes it
	}
}

// The jail's terminal gets the modes of ours, ours becomes a wire: but only while we are its foreground.
static void start_terminal(struct attachment *a, int master)
{
	bool *terminal = a->is_terminal;
	int first = terminal[0] ? 0 : terminal[1] ? 1 : 2;
	struct termios modes;

	a->master = master;
	if (tcgetattr(first, &modes) == 0) {
		if (!terminal[0])
			modes.c_oflag &= ~(tcflag_t)OPOST;  // ours translates the output
		(void)tcsetattr(master, TCSANOW, &modes);
	}
	add_pump(a, master, terminal[1] ? 1 : terminal[2] ? 2 : 0, false);
	if (!terminal[0])
		return;
	add_pump(a, 0, master, false);
	if (tcgetpgrp(0) != getpgrp() || tcgetattr(0, &a->modes) < 0)
		return;
	modes = a->modes;
	cfmakeraw(&modes);
	a->raw = tcsetattr(0, TCSADRAIN, &modes) == 0;
}

// 0, 1 once the command has ended, or the error.
static int take_message(struct attachment *a, struct error *err)
{
	struct control_message message;
	int got = control_receive(a->control, MSG_DONTWAIT, &message, err);

	if (got == -EAGAIN)
		return 0;
	if (got < 0)
		return got;
	if (got == 0)
		return error_set(err, -ECONNRESET, "the jail has ended, or its supervisor refuses this user");
	int result = 0;
	if (message.kind == CONTROL_ERROR) {
		result = error_set(err, message.value, "%s", message.words.items[1]);
		(void)snprintf(err->step, sizeof(err->step), "%s", message.words.items[0]);
	} else if (message.kind == CONTROL_TERMINAL && a->master < 0) {
		start_terminal(a, message.fds[0]);
		message.fds[0] = -1;
	} else if (message.kind == CONTROL_STATUS) {
		a->wait_status = message.value;
		a->ended = true;
	}
	control_message_release(&message);
	return result;
}

static void take_signals(struct attachment *a)
{
	struct signalfd_siginfo info;
	struct winsize size;

	while (read(a->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP) {  // nobody is there any more: the supervisor ends the command
			a->wait_status = SIGHUP;
			a->ended = true;
		} else if (info.ssi_signo == SIGWINCH && a->master >= 0 && window_size(a, &size)) {
			(void)ioctl(a->master, TIOCSWINSZ, &size);
		} else if (info.ssi_signo != SIGWINCH) {
			const struct control_message message = { .kind = CONTROL_SIGNAL,
								 .value = (int32_t)info.ssi_signo };
			(void)control_send(a->control, &message, MSG_DONTWAIT, NULL);
		}
	}
}

// One round; the number of what was ready, or the error.
static int turn(struct attachment *a, int timeout, struct error *err)
{
	struct pollfd watched[2 + 2 * PUMPS] = { { .fd = a->signals, .events = POLLIN },
						 { .fd = a->ended ? -1 : a->control, .events = POLLIN } };
	size_t pumps = a->pump_count;

	for (size_t i = 0; i < pumps; i++)
		pump_watch(&a->pumps[i], &watched[2 + 2 * i]);
	int ready = poll(watched, (nfds_t)(2 + 2 * pumps), timeout);
	if (ready < 0)
		return errno == EINTR ? 1 : error_set_errno(err, -errno, "cannot wait");
	if (watched[0].revents)
		take_signals(a);
	for (size_t i = 0; i < pumps; i++)
		pump_turn(&a->pumps[i], &watched[2 + 2 * i]);
	if (watched[1].revents && !a->ended) {
		int result = take_message(a, err);
		if (result < 0)
			return result;
	}
	return ready;
}

static bool output_left(const struct attachment *a)
{
	for (size_t i = 0; i < a->pump_count; i++)
		if (a->pumps[i].from != 0 && !pump_is_done(&a->pumps[i]))
			return true;
	return false;
}

static int converse(struct attachment *a, char *const *command, struct error *err)
{
	int ready = send_request(a, command, err);

	if (ready < 0)
		return ready;
	start_relays(a);
	while (!a->ended) {
		ready = turn(a, -1, err);
		if (ready < 0)
			return ready;
	}
	for (size_t i = 0; i < a->pump_count; i++)
		if (a->pumps[i].from == 0)
			a->pumps[i].from = -1;
	while (output_left(a) && turn(a, LAST_WORDS, err) > 0)
		;
	return 0;
}

static void watched_signals(sigset_t *set)
{
	static const int kept[] = { SIGTSTP, SIGCONT, SIGTTIN, SIGTTOU, SIGCHLD, SIGSEGV, SIGBUS, SIGABRT };

	sigfillset(set);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		sigdelset(set, kept[i]);
}

int attach_run(int control, char *const *command, int *wait_status, struct error *err)
{
	struct attachment a = { .control = control, .master = -1, .relay = { -1, -1, -1 } };
	sigset_t mask, old;

	watched_signals(&mask);
	a.signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (a.signals < 0)
		return error_set_errno(err, -errno, "cannot watch signals");
	sigprocmask(SIG_BLOCK, &mask, &old);
	int result = converse(&a, command, err);
	if (a.raw)
		(void)tcsetattr(0, TCSADRAIN, &a.modes);
	sigprocmask(SIG_SETMASK, &old, NULL);
	for (int fd = 0; fd < 3; fd++)
		if (a.relay[fd] >= 0)
			close(a.relay[fd]);
	if (a.master >= 0)
		close(a.master);
	close(a.signals);
	if (result == 0)
		*wait_status = a.wait_status;
	return result;
}
