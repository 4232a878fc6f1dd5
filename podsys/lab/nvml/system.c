/* What belongs to the machine and not to one GPU. */
#include <stddef.h>
#include <string.h>

#include "answers.h"
#include "session.h"
#include "view.h"

static Code answer_system_text(const char *key, char *out, unsigned int size)
{
    Code code = begin();
    if (code != OK)
        return code;
    return out != NULL ? view_text(key, out, size) : INVALID_ARGUMENT;
}

API Code nvmlSystemGetDriverVersion(char *out, unsigned int size)
{
    return answer_system_text("driver.version", out, size);
}

/* The library's own version: told also where nvmlInit has failed, or was not called. */
API Code nvmlSystemGetNVMLVersion(char *out, unsigned int size)
{
    if (begin() == UNINITIALIZED) {
        Code code = open_view();
        if (code != OK)
            return code;
    }
    return out != NULL ? view_text("nvml.version", out, size) : INVALID_ARGUMENT;
}

/* 1000 times the first part of the version plus 10 times the second: 12.2 is 12020. */
API Code nvmlSystemGetCudaDriverVersion(int *out)
{
    int64_t version;
    Code code = begin();
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    code = view_number("cuda.version", &version);
    if (code == OK && (version < 0 || version > 1000000))
        return UNKNOWN;
    *out = (int)version;
    return code;
}

API Code nvmlSystemGetCudaDriverVersion_v2(int *out)
{
    return nvmlSystemGetCudaDriverVersion(out);
}

static Code find_process(unsigned int gpu, unsigned int pid, char *out, unsigned int size)
{
    uint64_t count;
    Code code = gpu_counter(gpu, &count, "processes");
    for (uint64_t i = 0; code == OK && i < count; i++) {
        unsigned int known;
        code = gpu_uint(gpu, &known, "process.%lu.pid", (unsigned long)i);
        if (code == OK && known == pid)
            return gpu_text(gpu, out, size, "process.%lu.name", (unsigned long)i);
    }
    return code == OK ? NOT_FOUND : code;
}

API Code nvmlSystemGetProcessName(unsigned int pid, char *out, unsigned int size)
{
    unsigned int count;
    Code code = begin();
    if (code == OK)
        code = out != NULL && size > 0 ? count_gpus(&count) : INVALID_ARGUMENT;
    if (code != OK)
        return code;
    for (unsigned int i = 0; i < count; i++) {
        code = find_process(i, pid, out, size);
        if (code != NOT_FOUND)
            return code;
    }
    return NOT_FOUND;
}

/* Host interface cards and S-class units: there are none. */
API Code nvmlSystemGetHicVersion(unsigned int *count, void *entries)
{
    (void)entries;
    Code code = begin();
    if (code == OK && count == NULL)
        return INVALID_ARGUMENT;
    if (code == OK)
        *count = 0;
    return code;
}

API Code nvmlUnitGetCount(unsigned int *count)
{
    return nvmlSystemGetHicVersion(count, NULL);
}
