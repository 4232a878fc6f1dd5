/* Field values that are the value of one key. */
#include "fields.h"

enum Kind { UINT, COUNTER, BIG_COUNTER, SIGNED };

static const struct Simple {
    unsigned int id;
    enum Kind kind;
    const char *key;
} SIMPLE[] = {
    {1, UINT, "ecc.mode"},
    {2, UINT, "ecc.pending"},
    {74, BIG_COUNTER, "violation.0"},
    {75, BIG_COUNTER, "violation.1"},
    {76, BIG_COUNTER, "violation.2"},
    {77, BIG_COUNTER, "violation.3"},
    {78, BIG_COUNTER, "violation.4"},
    {79, BIG_COUNTER, "violation.5"},
    {80, BIG_COUNTER, "violation.10"},
    {81, BIG_COUNTER, "violation.11"},
    {82, UINT, "temperature.memory"},
    {94, UINT, "pcie.replays"},
    {95, COUNTER, "pcie.rollovers"},
    {142, UINT, "remapped.correctable"},
    {143, UINT, "remapped.uncorrectable"},
    {144, UINT, "remapped.pending"},
    {145, UINT, "remapped.failure"},
    {169, COUNTER, "pcie.recoveries"},
    {170, COUNTER, "c2c.count"},
    {173, COUNTER, "pcie.correctable"},
    {174, COUNTER, "pcie.naks_received"},
    {175, COUNTER, "pcie.receiver_errors"},
    {176, COUNTER, "pcie.bad_tlp"},
    {177, COUNTER, "pcie.naks_sent"},
    {178, COUNTER, "pcie.bad_dllp"},
    {179, COUNTER, "pcie.nonfatal"},
    {180, COUNTER, "pcie.fatal"},
    {181, COUNTER, "pcie.unsupported_requests"},
    {182, COUNTER, "pcie.lcrc_errors"},
    {183, COUNTER, "pcie.lane_errors"},
    {185, UINT, "power.usage"},
    {186, UINT, "power.usage"},
    {187, UINT, "power.min"},
    {188, UINT, "power.max"},
    {189, UINT, "power.default"},
    {190, UINT, "power.limit"},
    {192, UINT, "power.limit"},
    {193, SIGNED, "tlimit.shutdown"},
    {194, SIGNED, "tlimit.slowdown"},
    {195, SIGNED, "tlimit.memory_max"},
    {196, SIGNED, "tlimit.gpu_max"},
};

static Code set_signed(Field *field, Code code, int64_t value)
{
    field->type = TYPE_INT;
    if (code != OK)
        return code;
    if (value < INT32_MIN || value > INT32_MAX)
        return UNKNOWN;
    field->value.integer = (int)value;
    return OK;
}

static Code read_simple(unsigned int index, const struct Simple *simple, Field *field)
{
    int64_t number;
    uint64_t count;
    unsigned int value = 0;
    Code code;
    switch (simple->kind) {
    case SIGNED:
        code = gpu_number(index, &number, "%s", simple->key);
        return set_signed(field, code, number);
    case UINT:
        code = gpu_uint(index, &value, "%s", simple->key);
        return set_uint(field, code, value);
    default:
        code = gpu_counter(index, &count, "%s", simple->key);
        if (simple->kind == BIG_COUNTER)
            return set_ulong_long(field, code, count);
        code = narrow(code, count, &value);
        return set_uint(field, code, value);
    }
}

Code read_simple_field(unsigned int index, Field *field)
{
    for (size_t i = 0; i < sizeof SIMPLE / sizeof SIMPLE[0]; i++)
        if (SIMPLE[i].id == field->id)
            return read_simple(index, &SIMPLE[i], field);
    return NOT_FOUND;
}
