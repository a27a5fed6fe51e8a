// SPDX-License-Identifier: GPL-2.0-or-later
// Who stands at the other end of the jail's link: see range.h.
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/loop/channel.h"
#include "verify/outside.h"
#include "verify/range.h"

static int enter(const struct range *range, int network, enum uplink uplink, struct error *err)
{
	return uplink == UPLINK_NONE ? range_enter_jail(range, network, err) : range_enter(range, err);
}

static _Noreturn void stand(const struct range *range, int network, struct board *board, int channel)
{
	struct error err;

	int result = enter(range, network, board->uplink, &err);
	range_end_with(board->owner);
	if (result == 0)
		result = outside_run(board, channel, board->link[PHASE_JAIL].outside, false, &err);
	if (result < 0)
		(void)channel_send(channel, &(struct message){ .kind = MESSAGE_ERROR, .error = err }, -1);
	_exit(result < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

int beside_open(const struct range *range, int network, struct board *board, struct beside *beside, struct error *err)
{
	struct beside made = BESIDE_NONE;
	int ends[2];

	*beside = made;
	if (!board->link[PHASE_JAIL].outside[0])
		return 0;
	if (channel_open(ends, err) < 0)
		return err->code;
	made.process = fork();
	if (made.process == 0) {
		close(ends[0]);
		stand(range, network, board, ends[1]);
	}
	int code = -errno;
	close(ends[1]);
	made.channel = ends[0];
	int result = made.process < 0 ? error_set_errno(err, code, "cannot start a process beside the jail")
				      : outside_answer(made.channel, err);
	if (result < 0)
		beside_close(&made);
	*beside = made;
	return result;
}

void beside_close(struct beside *beside)
{
	if (beside->process > 0) {
		(void)kill(beside->process, SIGKILL);
		while (waitpid(beside->process, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (beside->channel >= 0)
		close(beside->channel);
	*beside = (struct beside)BESIDE_NONE;
}

int beside_settle(const struct beside *beside, struct error *err)
{
	if (beside->channel < 0)
		return 0;
	return outside_ask(beside->channel, &(struct outside_request){ .word = OUTSIDE_SETTLE }, err);
}

int beside_send(const struct beside *beside, const struct board_host *to, size_t first, size_t count, struct error *err)
{
	if (beside->channel < 0)
		return 0;
	return outside_ask(beside->channel,
			   &(struct outside_request){
			       .word = OUTSIDE_SEND, .to = *to, .beside = true, .first = first, .count = count },
			   err);
}
