// SPDX-License-Identifier: GPL-2.0-or-later
// Which kinds of links this kernel can make for a jail. None is needed by a profile that needs no link.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/doctor/doctor.h"
#include "kernel/doctor/trial.h"
#include "kernel/netlink/rtnetlink.h"

static const struct {
	const char *name, *option, *module;
	bool ipvlan;
} rows[] = {
	{ "uplink macvlan", "CONFIG_MACVLAN", "macvlan", false },
	{ "uplink ipvlan", "CONFIG_IPVLAN", "ipvlan", true },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

// One child each, on one end each of a pair.
static int try_children(void *answer, struct error *err)
{
	static const char *const parents[] = { "vjtry0", "vjtry1" };
	static const uint8_t mac[6] = { 0x02, 0x76, 0, 0, 0, 1 };
	CLEANUP(rtnetlink_close) struct nl_sock *socket = NULL;
	AUTO_CLOSE int inside = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int *results = answer;

	if (inside < 0)
		return error_set_errno(err, -errno, "cannot open the network namespace");
	if (rtnetlink_open(&socket, err) < 0 || link_add_pair(socket, parents[0], parents[1], err) < 0)
		return err ? err->code : -EIO;
	for (size_t i = 0; i < ROWS; i++) {
		struct error why = { 0 };
		int index = link_index(socket, parents[i]);
		const struct link_child child = {
			.ipvlan = rows[i].ipvlan,
			.name = "vjtry2",
			.parent = index < 0 ? 0 : (unsigned)index,
			.device = parents[i],
			.mac = mac,
			.mtu = 1500,
		};
		results[i] = link_add_child(socket, &child, inside, &why) < 0 ? why.code : 0;
		(void)link_delete(socket, child.name, NULL);
	}
	return 0;
}

void doctor_uplinks(doctor_finding_vec *findings)
{
	int results[ROWS] = { 0 };
	struct error err = { 0 };
	const char *whose = geteuid() == 0 ? "" : ", by root";

	// That there are no namespaces is told elsewhere.
	if (trial_run(try_children, results, sizeof(results), &err) < 0)
		return;
	for (size_t i = 0; i < ROWS; i++) {
		bool made = results[i] == 0;
		doctor_add(findings, made ? FINDING_OK : FINDING_NOTE, false, rows[i].name,
			   made ? memory_format("can be made%s", whose)
				: memory_copy_text("this kernel has none; profiles that do not ask for it need none"),
			   made ? NULL : doctor_module_remedy(rows[i].option, rows[i].module));
	}
}
