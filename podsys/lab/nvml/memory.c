/* How much memory a GPU has and how much of it is taken. The view counts in MiB. */
#include "answers.h"

#define MIB (1024ULL * 1024)

typedef struct Memory {
    unsigned long long total, free, used;
} Memory;

typedef struct MemoryV2 {
    unsigned int version;
    unsigned long long total, reserved, free, used;
} MemoryV2;

/* In bytes. What the driver has reserved is neither free nor used. */
static Code read_memory(unsigned int index, MemoryV2 *memory)
{
    unsigned int total;
    uint64_t reserved, used;
    Code code = gpu_uint(index, &total, "memory.total");
    if (code == OK)
        code = gpu_counter(index, &reserved, "memory.reserved");
    if (code == OK)
        code = gpu_counter(index, &used, "memory.used");
    if (code != OK)
        return code;
    if (reserved > total || used > total - reserved)
        return UNKNOWN;
    memory->total = total * MIB;
    memory->reserved = reserved * MIB;
    memory->used = used * MIB;
    memory->free = (total - reserved - used) * MIB;
    return OK;
}

API Code nvmlDeviceGetMemoryInfo_v2(Gpu gpu, MemoryV2 *out)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    if (out->version != (sizeof *out | 2U << 24))
        return WRONG_VERSION;
    return read_memory(index, out);
}

/* The first version counts as used what the driver has reserved. */
API Code nvmlDeviceGetMemoryInfo(Gpu gpu, Memory *out)
{
    unsigned int index;
    MemoryV2 memory;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = out != NULL ? read_memory(index, &memory) : INVALID_ARGUMENT;
    if (code == OK)
        *out = (Memory){memory.total, memory.free, memory.used + memory.reserved};
    return code;
}

API Code nvmlDeviceGetBAR1MemoryInfo(Gpu gpu, Memory *out)
{
    unsigned int total;
    uint64_t used;
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = out != NULL ? gpu_uint(index, &total, "bar1.total") : INVALID_ARGUMENT;
    if (code == OK)
        code = gpu_counter(index, &used, "bar1.used");
    if (code == OK && used > total)
        code = UNKNOWN;
    if (code == OK)
        *out = (Memory){total * MIB, (total - used) * MIB, used * MIB};
    return code;
}
