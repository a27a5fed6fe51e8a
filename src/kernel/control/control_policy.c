// SPDX-License-Identifier: GPL-2.0-or-later
// What a running jail enforces: the supervisor's answer, and the client's reading of it.
//
// The rules are read back from the kernel at the moment of the question. That they are what the supervisor meant is
// told apart from what it meant: somebody with the rights to do so may have changed them.
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/control/control_server.h"
#include "kernel/control/sealed.h"
#include "kernel/netlink/nfnetlink.h"
#include "plan/settled.h"
#include "profile/load_text.h"
#include "profile/print.h"

// 0 with the first difference or "".
static int read_back(const struct launch *launch, struct error *difference, struct error *err)
{
	const struct ruleset *meant = launch->exchange.ruleset ? launch->exchange.ruleset : launch->plan->ruleset;
	struct nft_dump dump = { 0 };
	int result;

	if (launch->jail_rules < 0)
		return error_set(err, -EAGAIN, "the jail does not stand yet");
	result = nfnetlink_dump(launch->jail_rules, &dump, err);
	if (result == 0)
		(void)ruleset_compare(meant, &dump, difference);
	nft_dump_release(&dump);
	return result;
}

static int add_text(struct control_message *answer, const char *name, const struct strbuf *text, struct error *err)
{
	int fd = sealed_write(name, text, err);

	if (fd < 0)
		return fd;
	answer->fds[answer->fd_count++] = fd;
	return 0;
}

int control_policy(const struct launch *launch, struct control_message *answer, struct error *err)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	AUTO_STRBUF struct strbuf host = { 0 };
	struct error difference = { 0 };

	if (read_back(launch, &difference, err) < 0)
		return err->code;
	control_message_add(answer, launch->profile->name);
	control_message_add(answer, difference.message);
	profile_print(launch->profile, &text);
	settled_print(launch->profile, &host);
	if (add_text(answer, "profile", &text, err) < 0 || add_text(answer, "host", &host, err) < 0)
		return err->code;
	return 0;
}

int control_ask_policy(int fd, struct enforced *enforced, struct error *err)
{
	const struct control_message request = { .kind = CONTROL_POLICY };
	CLEANUP(control_message_release) struct control_message answer = { 0 };
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *host = NULL;

	if (control_ask(fd, &request, CONTROL_ENFORCED, &answer, err) < 0 ||
	    sealed_read(answer.fds[0], &text, err) < 0 || sealed_read(answer.fds[1], &host, err) < 0 ||
	    profile_load_text(answer.words.items[0], text, &enforced->profile, err) < 0 ||
	    settled_read(host, &enforced->profile, err) < 0)
		return err->code;
	enforced->difference = memory_copy_text(answer.words.items[1]);
	return 0;
}

void enforced_release(struct enforced *enforced)
{
	profile_release(&enforced->profile);
	free(enforced->difference);
	*enforced = (struct enforced){ 0 };
}
