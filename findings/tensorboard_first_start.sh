#!/bin/sh
# Finding: the first session start of a run purges nothing in TensorBoard's own reader, and purges in its EventAccumulator.
# Library: tensorboard 2.21.0
# Seen: 2026-12-01
#
# A run that is resumed from a checkpoint writes a new events file whose first event says SessionLog.START at the checkpoint's step, so that
# readers drop what an earlier process wrote at or past it. One would expect that every reader of TensorBoard does (the guess: both readers
# give steps 1 2 3 4). event_accumulator.EventAccumulator, which scripts use, drops scalars at any such event. The reader that feeds the web
# page (plugin_event_accumulator) takes the first one of a run for the beginning of the run and drops nothing: only a second one counts as a
# restart. A program that writes session starts in resumed processes alone shows every repeated point twice on the page.
#
# What to do: begin the very first events file of a run with a session start at step 0, too.
#
# Output that was seen:
#     without a start in the first file: scripts' reader [1, 2, 3, 4], page's reader [1, 2, 3, 4, 3, 4]
#     with a start in the first file:    scripts' reader [1, 2, 3, 4], page's reader [1, 2, 3, 4]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" -q install tensorboard==2.21.0 numpy==2.4.6 || exit 77
cat > "$folder/try.py" << 'END'
import logging, sys, tempfile, time
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

logging.disable(logging.WARNING)


def write(folder, name, events):
    writer = EventFileWriter(folder, filename_suffix=name)
    for event in events:
        writer.add_event(event)
    writer.close()


def point(step):
    summary = Summary(value=[Summary.Value(tag="loss", simple_value=step)])
    return Event(wall_time=time.time(), step=step, summary=summary)


def start(step):
    return Event(wall_time=time.time(), step=step, session_log=SessionLog(status=SessionLog.START))


def steps_read(first_file):
    folder = tempfile.mkdtemp(dir=sys.argv[1])
    write(folder, ".1", first_file + [point(s) for s in (1, 2, 3, 4)])
    time.sleep(1.1)  # files are read in the order of their names, which begin with the second
    write(folder, ".2", [start(3), point(3), point(4)])
    scripts = event_accumulator.EventAccumulator(folder).Reload()
    page = plugin_event_accumulator.EventAccumulator(folder).Reload()
    return [e.step for e in scripts.Scalars("loss")], [e.step for e in page.Tensors("loss")]


without, with_start = steps_read([]), steps_read([start(0)])
print("without a start in the first file: scripts' reader %s, page's reader %s" % without)
print("with a start in the first file:    scripts' reader %s, page's reader %s" % with_start)
once, twice = [1, 2, 3, 4], [1, 2, 3, 4, 3, 4]
sys.exit(0 if (without, with_start) == ((once, twice), (once, once)) else 1)
END
"$folder/venv/bin/python" "$folder/try.py" "$folder"
