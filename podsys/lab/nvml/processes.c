/* Processes that use a GPU: `gpu.N.processes` of them, all of them for computing. */
#include <string.h>

#include "answers.h"

#define MIB (1024ULL * 1024)
/* Of a GPU that is not cut into parts. */
#define NO_PART 0xffffffffU

typedef struct ProcessV1 {
    unsigned int pid;
    unsigned long long memory;
} ProcessV1;

typedef struct ProcessV2 {
    unsigned int pid;
    unsigned long long memory;
    unsigned int gpu_part, compute_part;
} ProcessV2;

typedef struct ProcessDetail {
    ProcessV2 process;
    unsigned long long protected_memory;
} ProcessDetail;

typedef struct ProcessDetails {
    unsigned int version, mode, count;
    ProcessDetail *details;
} ProcessDetails;

static Code read_process(unsigned int index, unsigned int number, ProcessV2 *process)
{
    uint64_t memory;
    Code code = gpu_uint(index, &process->pid, "process.%u.pid", number);
    if (code == OK)
        code = gpu_counter(index, &memory, "process.%u.memory", number);
    if (code != OK || memory > UINT32_MAX)
        return UNKNOWN;
    process->memory = memory * MIB;
    process->gpu_part = process->compute_part = NO_PART;
    return OK;
}

/* How many there are, and whether the caller has made room for them. */
static Code check_room(Gpu gpu, unsigned int *index, unsigned int *count)
{
    uint64_t processes;
    unsigned int room;
    Code code = begin_gpu(gpu, index);
    if (code != OK)
        return code;
    if (count == NULL)
        return INVALID_ARGUMENT;
    room = *count;
    code = gpu_counter(*index, &processes, "processes");
    if (code == OK && processes > 4096)
        code = UNKNOWN;
    if (code != OK)
        return code;
    *count = (unsigned int)processes;
    return processes > room ? INSUFFICIENT_SIZE : OK;
}

/* Fills entries of `size` bytes, each as far as it reaches into the newest form. */
static Code list_processes(Gpu gpu, unsigned int *count, void *out, size_t size)
{
    unsigned int index;
    Code code = check_room(gpu, &index, count);
    if (code == OK && *count > 0 && out == NULL)
        return INVALID_ARGUMENT;
    for (unsigned int i = 0; code == OK && i < *count; i++) {
        ProcessDetail detail;
        memset(&detail, 0, sizeof detail);
        code = read_process(index, i, &detail.process);
        memcpy((char *)out + i * size, &detail, size);
    }
    return code;
}

/* Nothing draws, and nothing shares a GPU through MPS. */
static Code list_none(Gpu gpu, unsigned int *count)
{
    return answer_constant(gpu, count, 0);
}

#define LISTS(suffix, size)                                                                     \
    API Code nvmlDeviceGetComputeRunningProcesses##suffix(Gpu gpu, unsigned int *count, void *out) \
    {                                                                                           \
        return list_processes(gpu, count, out, size);                                           \
    }                                                                                           \
    API Code nvmlDeviceGetGraphicsRunningProcesses##suffix(Gpu gpu, unsigned int *count)        \
    {                                                                                           \
        return list_none(gpu, count);                                                           \
    }                                                                                           \
    API Code nvmlDeviceGetMPSComputeRunningProcesses##suffix(Gpu gpu, unsigned int *count)      \
    {                                                                                           \
        return list_none(gpu, count);                                                           \
    }

LISTS(, sizeof(ProcessV1))
LISTS(_v2, sizeof(ProcessV2))
LISTS(_v3, sizeof(ProcessV2))

/* Mode 0 is computing, 1 drawing, 2 sharing, 3 all of them. */
API Code nvmlDeviceGetRunningProcessDetailList(Gpu gpu, ProcessDetails *out)
{
    if (out == NULL || out->mode > 3)
        return INVALID_ARGUMENT;
    if (out->version != (sizeof *out | 1U << 24))
        return WRONG_VERSION;
    if (out->mode == 1 || out->mode == 2)
        return list_none(gpu, &out->count);
    unsigned int room = out->details != NULL ? out->count : 0;
    Code code = list_processes(gpu, &room, out->details, sizeof(ProcessDetail));
    out->count = room;
    return code;
}
