/* What root can set. Power draw, clocks and the like follow when they are read. */
#include "answers.h"
#include "edit.h"

API Code nvmlDeviceSetPersistenceMode(Gpu gpu, unsigned int mode)
{
    return mode < 2 ? answer_set(gpu, "persistence", mode) : INVALID_ARGUMENT;
}

/* 0 for everybody, 2 for nobody, 3 for one process; 1 is no more. */
API Code nvmlDeviceSetComputeMode(Gpu gpu, unsigned int mode)
{
    if (mode == 1)
        return NOT_SUPPORTED;
    return mode < 4 ? answer_set(gpu, "compute_mode", mode) : INVALID_ARGUMENT;
}

/* At once, and without a reset. */
API Code nvmlDeviceSetMigMode(Gpu gpu, unsigned int mode, unsigned int *activation)
{
    if (mode > 1 || activation == NULL)
        return INVALID_ARGUMENT;
    Code code = answer_set(gpu, "mig", mode);
    if (code == OK)
        code = answer_set(gpu, "mig.pending", mode);
    *activation = code;
    return code;
}

/* After the next reset. */
API Code nvmlDeviceSetEccMode(Gpu gpu, unsigned int mode)
{
    return mode < 2 ? answer_set(gpu, "ecc.pending", mode) : INVALID_ARGUMENT;
}

API Code nvmlDeviceSetGpuLockedClocks(Gpu gpu, unsigned int least, unsigned int most)
{
    return least <= most && most > 0 ? answer_set(gpu, "clocks.locked", most) : INVALID_ARGUMENT;
}

API Code nvmlDeviceResetGpuLockedClocks(Gpu gpu)
{
    return answer_set(gpu, "clocks.locked", 0);
}

API Code nvmlDeviceSetApplicationsClocks(Gpu gpu, unsigned int memory, unsigned int graphics)
{
    unsigned int index, most_memory, most;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = gpu_uint(index, &most_memory, "clocks.max.memory");
    if (code == OK)
        code = gpu_uint(index, &most, "clocks.max.sm");
    if (code == OK && (memory != most_memory || graphics == 0 || graphics > most))
        return INVALID_ARGUMENT;
    return code == OK ? set_key(index, "clocks.application.sm", graphics) : code;
}

API Code nvmlDeviceResetApplicationsClocks(Gpu gpu)
{
    unsigned int index, usual;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = gpu_uint(index, &usual, "clocks.default.sm");
    return code == OK ? set_key(index, "clocks.application.sm", usual) : code;
}

API Code nvmlDeviceSetPowerManagementLimit(Gpu gpu, unsigned int limit)
{
    unsigned int index, least, most;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = gpu_uint(index, &least, "power.min");
    if (code == OK)
        code = gpu_uint(index, &most, "power.max");
    if (code == OK && (limit < least || limit > most))
        return INVALID_ARGUMENT;
    return code == OK ? set_key(index, "power.limit", limit) : code;
}

/* 0 clears what was counted since the driver was loaded, 1 all. */
API Code nvmlDeviceClearEccErrorCounts(Gpu gpu, unsigned int counter)
{
    static const char *const KEYS[2][4] = {
        {"ecc.volatile.sram.corrected", "ecc.volatile.sram.uncorrected",
         "ecc.volatile.dram.corrected", "ecc.volatile.dram.uncorrected"},
        {"ecc.aggregate.sram.corrected", "ecc.aggregate.sram.uncorrected",
         "ecc.aggregate.dram.corrected", "ecc.aggregate.dram.uncorrected"},
    };
    Code code = counter < 2 ? OK : INVALID_ARGUMENT;
    for (unsigned int i = 0; code == OK && i < 4; i++)
        code = answer_set(gpu, KEYS[counter][i], 0);
    return code;
}
