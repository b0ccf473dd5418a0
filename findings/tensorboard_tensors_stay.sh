#!/bin/sh
# Finding: a session start purges scalars from TensorBoard's EventAccumulator, and leaves tensors of the same steps in it.
# Library: tensorboard 2.21.0
# Seen: 2026-12-01
#
# Numbers that a float cannot hold (counters past 2^24) are written as tensors; the web page shows them as scalars. One would expect that
# EventAccumulator, which scripts read runs with, treats them as it treats scalars when a session starts anew at a step (the guess: steps
# 1 2 3 4 for both). It drops scalars, histograms, images and audio at or past that step; tensors stay, so that a script finds the points of a
# process that was stopped beside those of the one that went on. The message that it logs counts scalars, histograms, images and audio only.
#
# What to do: in such a script, keep the last tensor of each step and drop what comes before it with a higher one.
#
# Output that was seen:
#     scalars [1, 2, 3, 4] tensors [1, 2, 3, 4, 3, 4]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" -q install tensorboard==2.21.0 numpy==2.4.6 || exit 77
cat > "$folder/try.py" << 'END'
import logging, sys, time
import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util

logging.disable(logging.WARNING)


def row(step):
    tensor = tensor_util.make_tensor_proto(float(step), dtype=np.float64)
    values = [Summary.Value(tag="loss", simple_value=step), Summary.Value(tag="updates", tensor=tensor)]
    return Event(wall_time=time.time(), step=step, summary=Summary(value=values))


writer = EventFileWriter(sys.argv[1] + "/run")
for event in [row(s) for s in (1, 2, 3, 4)] + [Event(step=3, session_log=SessionLog(status=SessionLog.START)), row(3), row(4)]:
    writer.add_event(event)
writer.close()
reader = EventAccumulator(sys.argv[1] + "/run").Reload()
scalars, tensors = [e.step for e in reader.Scalars("loss")], [e.step for e in reader.Tensors("updates")]
print("scalars", scalars, "tensors", tensors)
sys.exit(0 if scalars == [1, 2, 3, 4] and tensors == [1, 2, 3, 4, 3, 4] else 1)
END
"$folder/venv/bin/python" "$folder/try.py" "$folder"
