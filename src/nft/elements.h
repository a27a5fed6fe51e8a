// SPDX-License-Identifier: GPL-2.0-or-later
// Sets and their elements as messages. Inside src/nft only.
#ifndef VPCJAIL_NFT_ELEMENTS_H
#define VPCJAIL_NFT_ELEMENTS_H

#include "nft/batch.h"
#include "nft/tables.h"

void elements_write_set(struct batch_writer *writer, const struct nft_table *table, const struct nft_set *set);
void elements_write(struct batch_writer *writer, const struct nft_table *table, const struct nft_set *set);

#endif
