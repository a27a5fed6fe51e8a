// SPDX-License-Identifier: GPL-2.0-or-later
// What this host supports, as far as it can be read; what must be tried is in namespaces.c and
// netfilter.c.
#include "kernel/doctor/doctor.h"

#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/launch/launch_state.h"
#include "kernel/link/pasta_process.h"

enum { FLOOR_MAJOR = 5, FLOOR_MINOR = 14, FEW_NAMESPACES = 16 };

void doctor_add(doctor_finding_vec *findings, enum finding_state state, bool essential, const char *name, char *fact,
		char *remedy)
{
	vec_push(findings, (struct doctor_finding){
			       .state = state, .name = name, .fact = fact, .remedy = remedy, .essential = essential });
}

static char *read_line(const char *path)
{
	AUTO_FREE char *text = NULL;
	size_t length;

	if (io_read_file(path, 4096, &text, &length, NULL) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return STEAL(text);
}

long long doctor_read_number(const char *path)
{
	AUTO_FREE char *text = read_line(path);

	return text ? strtoll(text, NULL, 10) : -1;
}

char *doctor_module_remedy(const char *option, const char *module)
{
	if (access("/proc/modules", F_OK) < 0)
		return memory_format("this kernel loads no modules: it needs one built with %s", option);
	if (doctor_read_number("/proc/sys/kernel/modules_disabled") == 1)
		return memory_format(
		    "loading modules is switched off until the next boot (kernel.modules_disabled): load %s early, "
		    "by a line in /etc/modules-load.d/vpcjail.conf",
		    module);
	return memory_format(
	    "as root: modprobe %s; to keep it: echo %s >> /etc/modules-load.d/vpcjail.conf (a kernel without "
	    "%s does not have it)",
	    module, module, option);
}

void doctor_kernel(doctor_finding_vec *findings)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		major = minor = 0;

	bool enough = major > FLOOR_MAJOR || (major == FLOOR_MAJOR && minor >= FLOOR_MINOR);
	doctor_add(findings, enough ? FINDING_OK : FINDING_MISSING, true, "kernel",
		   memory_format("Linux %s on %s", name.release, name.machine),
		   enough ? NULL : memory_format("vpcjail needs Linux %d.%d or newer", FLOOR_MAJOR, FLOOR_MINOR));
}

static enum finding_state judge_limit(long long limit)
{
	if (limit == 0)
		return FINDING_MISSING;
	return limit > 0 && limit < FEW_NAMESPACES ? FINDING_NOTE : FINDING_OK;
}

void doctor_limits(doctor_finding_vec *findings)
{
	static const struct {
		const char *path, *key;
	} limits[] = {
		{ "/proc/sys/user/max_net_namespaces", "user.max_net_namespaces" },
		{ "/proc/sys/user/max_user_namespaces", "user.max_user_namespaces" },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const char *key = limits[i].key;
		long long limit = doctor_read_number(limits[i].path);
		enum finding_state state = judge_limit(limit);
		char *fact = limit < 0 ? memory_copy_text("no limit known") : memory_format("%lld for a user", limit);
		char *remedy = NULL;

		if (state != FINDING_OK)
			remedy = memory_format("as root: sysctl -w %s=15000; to keep it: "
					       "echo '%s = 15000' > /etc/sysctl.d/60-vpcjail.conf",
					       key, key);
		doctor_add(findings, state, true, key, fact, remedy);
	}
}

void doctor_seccomp(doctor_finding_vec *findings)
{
	unsigned action = SECCOMP_RET_KILL_PROCESS;
	bool kills = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
	bool filters = prctl(PR_GET_SECCOMP) >= 0;

	if (filters && kills)
		doctor_add(findings, FINDING_OK, true, "seccomp",
			   memory_copy_text("filters, with an action that ends the process"), NULL);
	else
		doctor_add(findings, FINDING_MISSING, true, "seccomp",
			   memory_copy_text(filters ? "no action that ends the process"
						    : "none, or forbidden by a surrounding container"),
			   memory_copy_text("this needs a kernel with CONFIG_SECCOMP_FILTER"));
}

void doctor_landlock(doctor_finding_vec *findings)
{
	int abi = landlock_abi();
	CLEANUP(strbuf_release) struct strbuf without = { 0 };
	CLEANUP(strbuf_release) struct strbuf remedy = { 0 };

	for (size_t i = 0; i < MECHANISM_COUNT; i++) {
		const struct mechanism_row *row = &mechanisms[i];
		if (abi >= row->landlock)
			continue;
		strbuf_format(&without, "%s%s", without.length ? ", " : ", without ", row->name);
		strbuf_format(&remedy, "%s%s: %s; %s or newer has it", remedy.length ? "\n" : "", row->name,
			      row->without ? row->without : "a list under process.writable is refused", row->since);
	}
	char *fact = abi ? memory_format("ABI %d%s", abi, strbuf_text(&without))
			 : memory_copy_text("none, or not in the kernel's list of security modules");
	bool whole = !without.length;
	doctor_add(findings, whole ? FINDING_OK : FINDING_NOTE, false, "Landlock", fact,
		   whole ? NULL : memory_copy_text(strbuf_text(&remedy)));
}

void doctor_cgroup(doctor_finding_vec *findings)
{
	if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0)
		doctor_add(findings, FINDING_OK, false, "cgroup", memory_copy_text("version 2"), NULL);
	else
		doctor_add(findings, FINDING_NOTE, false, "cgroup", memory_copy_text("no version 2 at /sys/fs/cgroup"),
			   memory_copy_text("nothing that is enforced today depends on it"));
}

void doctor_core_pattern(doctor_finding_vec *findings)
{
	AUTO_FREE char *pattern = read_line("/proc/sys/kernel/core_pattern");

	if (!pattern)
		doctor_add(
		    findings, FINDING_MISSING, true, "core pattern", memory_copy_text("cannot be read"),
		    memory_copy_text("a surrounding container hides /proc/sys/kernel/core_pattern: make it readable"));
	else if (pattern[0] == '@')
		doctor_add(findings, FINDING_MISSING, true, "core pattern", memory_format("a socket: %s", pattern),
			   memory_copy_text("the memory of a crashing job would leave the jail; as root: sysctl -w "
					    "kernel.core_pattern=core"));
	else if (pattern[0] == '|')
		doctor_add(
		    findings, FINDING_NOTE, false, "core pattern", memory_format("a helper outside: %s", pattern),
		    memory_copy_text(
			"jobs run with a core limit of 1, which helpers that heed it do not record; to be sure, as "
			"root: sysctl -w kernel.core_pattern=core"));
	else
		doctor_add(findings, FINDING_OK, true, "core pattern", memory_format("a file: %s", pattern), NULL);
}

void doctor_ipv6(doctor_finding_vec *findings)
{
	if (access("/proc/sys/net/ipv6", F_OK) == 0)
		doctor_add(findings, FINDING_OK, false, "IPv6", memory_copy_text("there, and denied like IPv4"), NULL);
	else
		doctor_add(findings, FINDING_NOTE, false, "IPv6", memory_copy_text("this kernel has none"),
			   memory_copy_text("nothing to deny; ::1 does not work inside either"));
}

// What carries the link of a user without root; root needs none of it.
void doctor_pasta(doctor_finding_vec *findings)
{
	const char *path = pasta_find();
	struct error err = { 0 };

	if (geteuid() == 0)
		return;
	if (path)
		doctor_add(findings, FINDING_OK, false, "pasta", memory_copy_text(path), NULL);
	else
		doctor_add(findings, FINDING_NOTE, false, "pasta", memory_copy_text("not installed"),
			   memory_copy_text("it carries the link of `isolation: vpc` for users without root; as root: "
					    "apt-get install passt"));
	if (pasta_check_tun(&err) == 0)
		doctor_add(findings, FINDING_OK, false, PASTA_TUN, memory_copy_text("this user may open it"), NULL);
	else
		doctor_add(findings, FINDING_NOTE, false, PASTA_TUN,
			   memory_copy_text("pasta cannot make a link with it"), memory_copy_text(err.message));
}

void doctor_examine(doctor_finding_vec *findings)
{
	static doctor_examination *const examinations[] = {
		doctor_kernel,  doctor_limits,   doctor_namespaces, doctor_netfilter,
		doctor_seccomp, doctor_landlock, doctor_cgroup,     doctor_core_pattern,
		doctor_ipv6,    doctor_pasta,    doctor_uplinks,
	};

	for (size_t i = 0; i < sizeof(examinations) / sizeof(examinations[0]); i++)
		examinations[i](findings);
}

void doctor_findings_release(doctor_finding_vec *findings)
{
	vec_for_each (finding, findings) {
		free(finding->fact);
		free(finding->remedy);
	}
	vec_release(findings);
}
