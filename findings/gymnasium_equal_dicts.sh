#!/bin/sh
# Finding: two Dict spaces of Gymnasium that compare equal can flatten one observation in two different orders.
# Library: gymnasium 1.4.0
# Seen: 2026-12-01
#
# FlattenObservation and spaces.flatten turn a Dict observation into the row that a network sees. One would expect that equal spaces give
# equal rows (the guess: keys are sorted in every case). A Dict made from a Python dict sorts its keys; made from keyword arguments, or from
# pairs, it keeps the order in which they were written. The two compare equal, each contains the other's samples, and their flattened spaces
# compare equal too, but the components of the row are in another order: a policy that was trained with one reads the other's observations
# wrongly, and no check of spaces notices.
#
# What to do: compare list(space.keys()) too before a policy is used in an environment of "the same" spaces.
#
# Output that was seen:
#     equal True, flattened spaces equal True
#     from a dict [0.75, 0.25], from keywords [0.25, 0.75], from pairs [0.25, 0.75]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" -q install gymnasium==1.4.0 numpy==2.4.6 || exit 77
cat > "$folder/try.py" << 'END'
import sys
import numpy as np
from gymnasium import spaces

unit = spaces.Box(0, 1, (1,), np.float32)
made = [
    spaces.Dict({"speed": unit, "angle": unit}),
    spaces.Dict(speed=unit, angle=unit),
    spaces.Dict([("speed", unit), ("angle", unit)]),
]
seen = {"speed": np.array([0.25], np.float32), "angle": np.array([0.75], np.float32)}
rows = [spaces.flatten(space, seen).tolist() for space in made]
equal = made[0] == made[1] == made[2] and all(space.contains(seen) for space in made)
flat = spaces.flatten_space(made[0]) == spaces.flatten_space(made[1])
print(f"equal {equal}, flattened spaces equal {flat}")
print(f"from a dict {rows[0]}, from keywords {rows[1]}, from pairs {rows[2]}")
sys.exit(0 if equal and flat and rows == [[0.75, 0.25], [0.25, 0.75], [0.25, 0.75]] else 1)
END
"$folder/venv/bin/python" "$folder/try.py"
