/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays a corpus through a fuzz target without libFuzzer: what `make check` links in its place.
 *
 * Without arguments the corpus is $srcdir/tests/fuzz/corpus/<subject>, the subject being the
 * program's name behind "fuzz_"; arguments are files or directories. An absent or empty corpus
 * is a failure, so that a renamed target cannot pass by replaying nothing.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static unsigned long replayed;

/* For targets with a mutator of their own: replay never mutates. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    (void)data;
    (void)max_size;
    return size;
}

/* The bytes are copied into a block of exactly their size, so that a sanitizer sees one byte too
 * far. */
static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    size_t size;
    uint8_t *data;

    if (file == NULL || fstat(fileno(file), &info) != 0) {
        perror(path);
        if (file != NULL) {
            fclose(file);
        }
        return 1;
    }
    size = (size_t)info.st_size;
    data = malloc(size > 0 ? size : 1);
    if (data == NULL || fread(data, 1, size, file) != size) {
        perror(path);
        free(data);
        fclose(file);
        return 1;
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    replayed++;
    return 0;
}

static int replay_path(const char *path)
{
    struct stat info;
    struct dirent *entry;
    DIR *directory;
    int failed = 0;

    if (stat(path, &info) != 0) {
        perror(path);
        return 1;
    }
    if (!S_ISDIR(info.st_mode)) {
        return replay_file(path);
    }
    directory = opendir(path);
    if (directory == NULL) {
        perror(path);
        return 1;
    }
    while (!failed && (entry = readdir(directory)) != NULL) {
        char below[PATH_MAX];
        if (entry->d_name[0] != '.') {
            int len = snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
            failed = len < 0 || (size_t)len >= sizeof(below) || replay_path(below);
        }
    }
    closedir(directory);
    return failed;
}

int main(int argc, char **argv)
{
    const char *name = strstr(argv[0], "fuzz_");
    const char *srcdir = getenv("srcdir");
    char corpus[PATH_MAX];
    int failed = 0;

    for (const char *later = name; later != NULL; later = strstr(later + 1, "fuzz_")) {
        name = later;
    }
    if (LLVMFuzzerInitialize != NULL) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    for (int i = 1; i < argc && !failed; i++) {
        failed = replay_path(argv[i]);
    }
    if (argc < 2 && name != NULL) {
        snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s", srcdir != NULL ? srcdir : ".",
                 name + strlen("fuzz_"));
        failed = replay_path(corpus);
    }
    printf("%s: %lu inputs replayed\n", name != NULL ? name : argv[0], replayed);
    return failed || replayed == 0;
}
