// Stands in for the C library's allocation functions and counts the calls.
#include "CountedAllocations.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static size_t counter;

size_t allocations(void) { return counter; }

void *malloc(size_t size) {
  counter++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  counter++;
  return __libc_calloc(count, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  counter++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  counter++;
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : 12;
}
