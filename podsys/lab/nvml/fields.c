#include "fields.h"

#include <time.h>

#define MAX_FIELD 308

Code set_uint(Field *field, Code code, unsigned int value)
{
    field->type = TYPE_UINT;
    if (code == OK)
        field->value.uint = value;
    return code;
}

Code set_ulong_long(Field *field, Code code, uint64_t value)
{
    field->type = TYPE_ULONG_LONG;
    if (code == OK)
        field->value.ulong_long = value;
    return code;
}

static Code read_field(unsigned int index, Field *field)
{
    Code code = read_simple_field(index, field);
    if (code == NOT_FOUND)
        code = read_ecc_field(index, field);
    if (code == NOT_FOUND)
        code = read_link_field(index, field);
    if (code == NOT_FOUND)
        return field->id > 0 && field->id < MAX_FIELD ? NOT_SUPPORTED : INVALID_ARGUMENT;
    return code;
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

API Code nvmlDeviceGetFieldValues(Gpu gpu, int count, Field *fields)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (count <= 0 || fields == NULL)
        return INVALID_ARGUMENT;
    long long timestamp = now();
    for (int i = 0; i < count; i++) {
        fields[i].timestamp = timestamp;
        fields[i].latency = 0;
        fields[i].value.ulong_long = 0;
        fields[i].code = read_field(index, &fields[i]);
    }
    return OK;
}
