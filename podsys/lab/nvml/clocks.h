/* Clocks in MHz. */
#ifndef PODSYS_CLOCKS_H
#define PODSYS_CLOCKS_H

#include "answers.h"

/* NVML's types of clock: 0 graphics and 1 SM are one here. */
enum { GRAPHICS, SM, MEMORY, VIDEO, CLOCK_TYPES };

/* What holds the clock down now: bits of NVML's clocks event reasons. */
Code read_reasons(unsigned int index, uint64_t *reasons);

#endif
