// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the running jail that a command is about: see jail.h.
#include "cmd/jail.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/strbuf.h"
#include "kernel/control/control.h"

static const char *title(const struct registry_state *jail)
{
	return *jail->name ? jail->name : jail->id;
}

static void list_jails(const registry_state_vec *jails, struct strbuf *list)
{
	enum { SHOWN = 8 };

	for (size_t i = 0; i < jails->count && i < SHOWN; i++)
		strbuf_format(list, "%s%s", i ? ", " : "", title(&jails->items[i]));
	if (jails->count > SHOWN)
		strbuf_add(list, ", …");
}

static int choose(const registry_state_vec *jails, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf list = { 0 };

	list_jails(jails, &list);
	return error_set(err, -EINVAL, "name one of the running jails: %s", strbuf_text(&list));
}

static int unknown(const registry_state_vec *jails, const char *wanted, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf list = { 0 };
	VEC(const char *) names = { 0 };

	vec_for_each (jail, jails) {
		if (*jail->name)
			vec_push(&names, jail->name);
		vec_push(&names, jail->id);
	}
	const char *nearest = names_nearest(wanted, names.items, names.count);
	vec_release(&names);
	if (nearest)
		return error_set(err, -ENOENT, "no running jail is called \"%.80s\"; did you mean \"%s\"?", wanted,
				 nearest);
	list_jails(jails, &list);
	return error_set(err, -ENOENT, "no running jail is called \"%.80s\"; running: %s; `vpcjail ps` tells more",
			 wanted, strbuf_text(&list));
}

// By name first; of several that root finds under one, none.
static int select_one(const registry_state_vec *jails, const char *wanted, const struct registry_state **found,
		      struct error *err)
{
	for (int by_id = 0; by_id < 2 && !*found; by_id++)
		vec_for_each (jail, jails) {
			if (strcmp(by_id ? jail->id : jail->name, wanted) != 0)
				continue;
			if (*found)
				return error_set(err, -EINVAL,
						 "several users have a jail called %s: name it by its id (%s, %s)",
						 wanted, (*found)->id, jail->id);
			*found = jail;
		}
	return *found ? 0 : unknown(jails, wanted, err);
}

int jail_find(const char *wanted, struct registry_state *jail, struct error *err)
{
	CLEANUP(registry_states_release) registry_state_vec jails = { 0 };
	const struct registry_state *found = NULL;

	if (registry_list(&jails, err) < 0)
		return err->code;
	if (!jails.count)
		return error_set(err, -ENOENT, "no jail is running");
	if (wanted && select_one(&jails, wanted, &found, err) < 0)
		return err->code;
	if (!wanted && jails.count > 1)
		return choose(&jails, err);
	if (!found)
		found = &jails.items[0];
	*jail = *found;
	jails.items[found - jails.items] = (struct registry_state){ 0 };
	return 0;
}

int jail_connect(const char *wanted, struct registry_state *jail, struct error *err)
{
	if (jail_find(wanted, jail, err) < 0)
		return err->code;
	return control_connect(jail, err);
}
