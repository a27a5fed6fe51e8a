// SPDX-License-Identifier: GPL-2.0-or-later
// What a row of the key table cannot say about a member of a list or map: how its keys go together.
//
// Each is the `complete` of a key_table: called once the member is read, with the node it was read from.
#ifndef VPCJAIL_PROFILE_COMPLETE_H
#define VPCJAIL_PROFILE_COMPLETE_H

struct node;
struct reader;

void prefix_list_complete(struct reader *reader, const struct node *node, void *member);  // reads its file
void endpoint_complete(struct reader *reader, const struct node *node, void *member);     // default ports
void group_rule_complete(struct reader *reader, const struct node *node, void *member);
void acl_rule_complete(struct reader *reader, const struct node *node, void *member);
void network_acl_complete(struct reader *reader, const struct node *node, void *member);  // sorts its rules
void route_complete(struct reader *reader, const struct node *node, void *member);

#endif
