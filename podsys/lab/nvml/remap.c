/* Rows of memory that were remapped onto spare ones, and the older way, retired pages. */
#include "getters.h"

typedef struct SpareRows {
    unsigned int max, high, partial, low, none;
} SpareRows;

API Code nvmlDeviceGetRemappedRows(Gpu gpu, unsigned int *correctable, unsigned int *uncorrectable,
                                   unsigned int *pending, unsigned int *failure)
{
    Code code = answer_uint(gpu, correctable, "remapped.correctable");
    if (code == OK)
        code = answer_uint(gpu, uncorrectable, "remapped.uncorrectable");
    if (code == OK)
        code = answer_uint(gpu, pending, "remapped.pending");
    return code == OK ? answer_uint(gpu, failure, "remapped.failure") : code;
}

/* How many banks have how many spare rows left. Each remapped row is of a bank of its own; where
 * remapping failed, one bank has none left. */
API Code nvmlDeviceGetRowRemapperHistogram(Gpu gpu, SpareRows *out)
{
    unsigned int index, banks, failure;
    uint64_t correctable, uncorrectable;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = out != NULL ? gpu_uint(index, &banks, "remapped.banks") : INVALID_ARGUMENT;
    if (code == OK)
        code = gpu_uint(index, &failure, "remapped.failure");
    if (code == OK)
        code = gpu_counter(index, &correctable, "remapped.correctable");
    if (code == OK)
        code = gpu_counter(index, &uncorrectable, "remapped.uncorrectable");
    if (code != OK)
        return code;
    uint64_t none = failure && banks > 0, used = banks - none;
    if (correctable < used && uncorrectable < used - correctable)
        used = correctable + uncorrectable;
    *out = (SpareRows){.max = (unsigned int)(banks - none - used),
                       .high = (unsigned int)used,
                       .none = (unsigned int)none};
    return OK;
}

UNSUPPORTED(nvmlDeviceGetRetiredPages)
UNSUPPORTED(nvmlDeviceGetRetiredPages_v2)
UNSUPPORTED(nvmlDeviceGetRetiredPagesPendingStatus)
