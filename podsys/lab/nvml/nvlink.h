/* NVLinks: `gpu.N.nvlink.count` of them. */
#ifndef PODSYS_NVLINK_H
#define PODSYS_NVLINK_H

#include "answers.h"

#define MAX_LINKS 36
#define ALL_LINKS 0xffffffffU

enum { REPLAY, RECOVERY, CRC_FLIT, CRC_DATA, ECC_DATA, LINK_COUNTERS };

/* How many a GPU has. NOT_SUPPORTED: none. */
Code count_links(unsigned int index, unsigned int *count);

/* Errors of one link. */
Code read_link_errors(unsigned int index, unsigned int link, unsigned int counter, uint64_t *out);

/* The same, or of all links together; INVALID_ARGUMENT if there is no such link. */
Code read_errors(unsigned int index, unsigned int link, unsigned int counter, uint64_t *out);

/* MB/s in one direction; 0 where the link is down. */
Code read_link_speed(unsigned int index, unsigned int link, unsigned int *out);

#endif
