#include "ecc.h"

static const char *const TYPES[] = {"corrected", "uncorrected"};
static const char *const COUNTERS[] = {"volatile", "aggregate"};
static const char *const PLACES[] = {"dram", "sram"};

/* All of it since 12.3: where in the SRAM uncorrected errors were, if anywhere, is not known. */
typedef struct SramErrors {
    unsigned int version;
    unsigned long long all_parity, all_secded, all_corrected;
    unsigned long long new_parity, new_secded, new_corrected;
    unsigned long long in_l2, in_sm, in_pcie, in_mcu, elsewhere;
    unsigned int too_many;
} SramErrors;

static Code check_ecc(unsigned int index)
{
    unsigned int on;
    Code code = gpu_uint(index, &on, "ecc.mode");
    return code == OK && !on ? NOT_SUPPORTED : code;
}

static Code count_at(unsigned int index, unsigned int type, unsigned int counter,
                     unsigned int where, uint64_t *out)
{
    return gpu_counter(index, out, "ecc.%s.%s.%s", COUNTERS[counter], PLACES[where], TYPES[type]);
}

Code read_ecc(unsigned int index, unsigned int type, unsigned int counter, unsigned int where,
              uint64_t *out)
{
    uint64_t rest = 0;
    Code code = check_ecc(index);
    if (code == OK)
        code = count_at(index, type, counter, where == ANYWHERE ? DRAM : where, out);
    if (code == OK && where == ANYWHERE)
        code = count_at(index, type, counter, SRAM, &rest);
    if (code == OK)
        *out += rest;
    return code;
}

static Code answer_ecc(Gpu gpu, unsigned int type, unsigned int counter, unsigned int where,
                       uint64_t *out)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (out == NULL || type >= ERROR_TYPES || counter >= ECC_COUNTERS)
        return INVALID_ARGUMENT;
    return read_ecc(index, type, counter, where, out);
}

API Code nvmlDeviceGetTotalEccErrors(Gpu gpu, unsigned int type, unsigned int counter,
                                     uint64_t *out)
{
    return answer_ecc(gpu, type, counter, ANYWHERE, out);
}

/* Since Ampere there are two places: 2 is DRAM, 7 is SRAM. The others up to 7 were of older chips. */
API Code nvmlDeviceGetMemoryErrorCounter(Gpu gpu, unsigned int type, unsigned int counter,
                                         unsigned int where, uint64_t *out)
{
    if (where == 2)
        return answer_ecc(gpu, type, counter, DRAM, out);
    if (where == 7)
        return answer_ecc(gpu, type, counter, SRAM, out);
    return where < 7 ? answer_unsupported(gpu) : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetDetailedEccErrors(Gpu gpu)
{
    return answer_unsupported(gpu);
}

API Code nvmlDeviceGetSramEccErrorStatus(Gpu gpu, SramErrors *out)
{
    uint64_t all[ERROR_TYPES], new[ERROR_TYPES];
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    if (out->version != (sizeof *out | 1U << 24))
        return WRONG_VERSION;
    for (unsigned int type = 0; code == OK && type < ERROR_TYPES; type++) {
        code = read_ecc(index, type, AGGREGATE, SRAM, &all[type]);
        if (code == OK)
            code = read_ecc(index, type, VOLATILE, SRAM, &new[type]);
    }
    if (code != OK)
        return code;
    unsigned int version = out->version;
    *out = (SramErrors){.version = version,
                        .all_secded = all[UNCORRECTED],
                        .all_corrected = all[CORRECTED],
                        .new_secded = new[UNCORRECTED],
                        .new_corrected = new[CORRECTED],
                        .elsewhere = all[UNCORRECTED]};
    return OK;
}
