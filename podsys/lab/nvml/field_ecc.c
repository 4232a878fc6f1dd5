/* Field values about ECC errors: all, and those of the memory. NVML calls it single and double bit. */
#include "ecc.h"
#include "fields.h"

static const struct EccField {
    unsigned int id, type, counter, where;
} FIELDS[] = {
    {3, CORRECTED, VOLATILE, ANYWHERE},  {4, UNCORRECTED, VOLATILE, ANYWHERE},
    {5, CORRECTED, AGGREGATE, ANYWHERE}, {6, UNCORRECTED, AGGREGATE, ANYWHERE},
    {11, CORRECTED, VOLATILE, DRAM},     {12, UNCORRECTED, VOLATILE, DRAM},
    {22, CORRECTED, AGGREGATE, DRAM},    {23, UNCORRECTED, AGGREGATE, DRAM},
};

Code read_ecc_field(unsigned int index, Field *field)
{
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        const struct EccField *known = &FIELDS[i];
        uint64_t errors = 0;
        if (known->id != field->id)
            continue;
        Code code = read_ecc(index, known->type, known->counter, known->where, &errors);
        return set_ulong_long(field, code, errors);
    }
    return NOT_FOUND;
}
