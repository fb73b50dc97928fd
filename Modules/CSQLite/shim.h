// What Swift needs to call SQLite. Every shim below says why it exists.
#ifndef WIRETALE_CSQLITE_SHIM_H
#define WIRETALE_CSQLITE_SHIM_H

#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast of -1 to a function, which Swift does not import: SQLite copies what is bound.
static inline int wiretale_bind_text(sqlite3_stmt *statement, int place, const char *text, int length) {
  return sqlite3_bind_text(statement, place, text, length, SQLITE_TRANSIENT);
}

#endif
