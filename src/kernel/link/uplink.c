// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of links, and the two steps that meet: the supervisor makes one, init waits for it.
#include "kernel/link/uplink.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"
#include "kernel/netlink/rtnetlink.h"

static const struct uplink_kind none;

static const struct uplink_kind *kind_of(enum uplink kind)
{
	switch (kind) {
	case UPLINK_VETH:
		return &uplink_veth;
	case UPLINK_PASTA:
		return &uplink_pasta;
	case UPLINK_MACVLAN:
		return &uplink_macvlan;
	case UPLINK_IPVLAN:
		return &uplink_ipvlan;
	case UPLINK_DEVICE:
		return &uplink_device;
	case UPLINK_AUTO:
	case UPLINK_NONE:
		break;
	}
	return &none;
}

int uplink_open(struct uplink_state *uplink, const struct launch_plan *plan, int inside, struct error *err)
{
	const struct uplink_kind *kind = kind_of(plan->link.kind);

	if (!kind->open)
		return error_set(err, -ENOTSUP, "uplink %s is not available yet", uplink_word(plan->link.kind));
	uplink->attached = true;
	uplink->inside = inside;
	int result = kind->open(uplink, plan, inside, err);
	if (result < 0)
		uplink_close(uplink, plan);
	return result;
}

void uplink_close(struct uplink_state *uplink, const struct launch_plan *plan)
{
	if (!uplink->attached)
		return;
	kind_of(plan->link.kind)->close(uplink, plan);
	*uplink = (struct uplink_state)UPLINK_CLOSED;
}

int uplink_update(struct uplink_state *uplink, const struct launch_plan *plan, const struct policy *policy,
		  struct error *err)
{
	const struct uplink_kind *kind = kind_of(plan->link.kind);

	return uplink->attached && kind->update ? kind->update(uplink, plan, policy, err) : 0;
}

int uplink_claim_addresses(struct uplink_state *uplink, const struct link_plan *link, struct error *err)
{
	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		char text[ADDRESS_TEXT_SIZE];
		if (link->own[i].address.family == FAMILY_NONE)
			continue;
		AUTO_FREE char *name = memory_format("%s@%s", address_print(&link->own[i].address, text), link->device);
		if (host_claim_take(CLAIM_ADDRESS, name, &uplink->addresses[i], err) < 0)
			return err ? err->code : -EIO;
	}
	return 0;
}

void uplink_drop_addresses(struct uplink_state *uplink)
{
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		host_claim_drop(&uplink->addresses[i]);
}

int step_uplink(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const struct uplink_kind *kind = kind_of(launch->plan->link.kind);

	(void)step;
	if (kind->start) {
		launch->uplink.attached = true;
		return kind->start(launch, err);
	}
	int result = launch->plan->link.outside[0] ? host_rules_watch(launch, err) : 0;
	if (result == 0)
		result = uplink_open(&launch->uplink, launch->plan, launch->network, err);
	if (result < 0)
		return result;
	result = channel_send(launch->channel, &(struct message){ .kind = MESSAGE_UPLINK }, -1);
	return result < 0 ? error_set_errno(err, result, "cannot tell the jail of its link") : 0;
}

int step_uplink_wait(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct message message = { .kind = MESSAGE_ERROR };
	int fd = -1, got;

	(void)step;
	do {
		struct pollfd supervisor = { .fd = launch->channel, .events = POLLIN };
		(void)poll(&supervisor, 1, -1);
		got = channel_receive(launch->channel, &message, &fd);
	} while (got == -EAGAIN || got == -EINTR);
	if (fd >= 0)
		close(fd);
	// Without one the supervisor has given up, and says why itself.
	return got == 1 && message.kind == MESSAGE_UPLINK ? 0 : error_set(err, -ESRCH, "there will be no link");
}
