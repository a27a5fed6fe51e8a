// SPDX-License-Identifier: GPL-2.0-or-later
// A pseudo-terminal of the jail's own, from its own devpts: what the job types into is never the caller's terminal.
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"

// Size and modes of the first of the caller's terminals. Without raw input, the caller's terminal translates output.
static void copy_modes(const struct launch *launch, int slave)
{
	for (int i = 0; i < 3; i++) {
		struct winsize size;
		struct termios modes;
		if (!launch->stdio_is_terminal[i])
			continue;
		if (ioctl(i, TIOCGWINSZ, &size) == 0)
			(void)ioctl(slave, TIOCSWINSZ, &size);
		if (tcgetattr(i, &modes) == 0) {
			if (!launch->stdio_is_terminal[0])
				modes.c_oflag &= ~(tcflag_t)OPOST;
			(void)tcsetattr(slave, TCSANOW, &modes);
		}
		return;
	}
}

int step_terminal(struct launch *launch, const struct launch_step *step, struct error *err)
{
	int unlocked = 0;

	if (!launch->stdio_is_terminal[0] && !launch->stdio_is_terminal[1] && !launch->stdio_is_terminal[2])
		return 0;
	// What a job does not read must not hold the supervisor up, who answers its system calls.
	AUTO_CLOSE int master = open(step->path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		return error_set_errno(err, -errno, "cannot make a pseudo-terminal");
	launch->slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (launch->slave < 0)
		return error_set_errno(err, -errno, "cannot open the pseudo-terminal");
	if (launch->plan->root && fchown(launch->slave, launch->plan->identity->uid, (gid_t)-1) < 0)
		return error_set_errno(err, -errno, "cannot hand the pseudo-terminal over");
	copy_modes(launch, launch->slave);
	if (setsid() < 0 || ioctl(launch->slave, TIOCSCTTY, 0) < 0)
		return error_set_errno(err, -errno, "cannot make the pseudo-terminal the session's");
	int result = channel_send(launch->channel, &(struct message){ .kind = MESSAGE_TERMINAL }, master);
	if (result < 0)
		return error_set_errno(err, result, "cannot hand the pseudo-terminal's master over");
	for (int i = 0; i < 3; i++)
		if (launch->stdio_is_terminal[i])
			launch->stdio[i] = launch->slave;
	return 0;
}
