/* GPUs: handles, and what begins every call about one. */
#ifndef PODSYS_GPU_H
#define PODSYS_GPU_H

#include "codes.h"

#define MAX_GPUS 64

/* The handle that callers hold; what it points to is of no interest. */
typedef const char *Gpu;

Gpu gpu_handle(unsigned int index);

/* The GPUs that there are. UNKNOWN if their number cannot be. */
Code count_gpus(unsigned int *count);

/* What ails it: `gpu.N.error`. A GPU that was lost gets no new handles, and answers on old ones
 * with GPU_IS_LOST. */
Code check_gpu(unsigned int index);

/* Begins a call about one GPU: finds its index, unless something ails it. */
Code begin_gpu(Gpu gpu, unsigned int *index);

#endif
