"""Names the captures whose tcpdump text is kept, one file a line."""

from make import lessons, path_of

for lesson in lessons().values():
    for capture in lesson.CAPTURES:
        if capture.plain:
            print(path_of(capture.name).name)
