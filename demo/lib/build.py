"""Builds the module from a copy of the source tree, so that the tree itself stays as it is."""

import os
import shutil
import subprocess

# Folders of the tree that the build does not need, or that are work folders themselves.
LEFT_OUT = {".git", "work", "build", "autom4te.cache", "__pycache__"}
# What a configuration of the tree itself would leave; configure refuses to work beside it.
CONFIGURED = {"config.status", "Makefile"}


def _copy_changed(source, target):
    """Mirrors source into target, touching only files whose size or time differ; returns whether
    anything was copied."""
    changed = False
    for folder, names, files in os.walk(source):
        names[:] = [name for name in names if name not in LEFT_OUT]
        place = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(place, exist_ok=True)
        for name in files:
            if folder == source and name in CONFIGURED:
                continue
            here, there = os.path.join(folder, name), os.path.join(place, name)
            if os.path.islink(here) or not os.path.isfile(here):
                continue
            old, new = (os.stat(there) if os.path.exists(there) else None), os.stat(here)
            if old is None or old.st_size != new.st_size or int(old.st_mtime) != int(new.st_mtime):
                shutil.copy2(here, there)
                changed = True
    return changed


def _build(tree, copy, out, log):
    _copy_changed(tree, copy)
    os.makedirs(out, exist_ok=True)
    with open(log, "w", encoding="utf-8") as said:
        def run(*command, cwd):
            subprocess.run(command, cwd=cwd, check=True, stdout=said, stderr=said,
                           stdin=subprocess.DEVNULL)

        configure = os.path.join(copy, "configure")
        recipes = [os.path.join(copy, name) for name in ("configure.ac", "Makefile.am")]
        if not os.path.exists(configure) or \
                max(map(os.path.getmtime, recipes)) > os.path.getmtime(configure):
            run("autoreconf", "-i", cwd=copy)
        if not os.path.exists(os.path.join(out, "Makefile")):
            run(configure, cwd=out)
        run("make", "-j%d" % (os.cpu_count() or 1), cwd=out)


def build_module(tree, work, log):
    """Returns (path of mod_eidas_bridge.so, path of the copy). Raises CalledProcessError; what the
    tools said is in log. What an earlier run left is built on, and thrown away when that fails."""
    copy, out = os.path.join(work, "source"), os.path.join(work, "build")
    try:
        _build(tree, copy, out, log)
    except subprocess.CalledProcessError:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)
        _build(tree, copy, out, log)
    module = os.path.join(out, ".libs", "mod_eidas_bridge.so")
    if not os.path.exists(module):
        raise FileNotFoundError("the build made no " + module)
    return module, copy
