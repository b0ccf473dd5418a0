#!/bin/sh
# Finding: onnx's reference evaluator leaves out the clip and activations attributes of LSTM and GRU nodes, without a word.
# Library: onnx 1.23.2 (beside onnxruntime 1.32.0)
# Seen: 2026-12-01
#
# onnx.reference.ReferenceEvaluator is what an exported model is checked against. One would expect that a model which passes onnx.checker is
# computed as the operator's text says (the guess: LSTM and GRU equal ONNX Runtime within 1e-6 with every attribute). Without attributes,
# with initial states, peepholes, both directions and linear_before_reset they do. With clip, or with other activations, the reference gives
# the result of the node without that attribute, and raises nothing; ONNX Runtime applies both.
#
# What to do: check such a node against a formula of one's own, or write cells that need neither attribute.
#
# Output that was seen (largest difference of the outputs, reference with the attribute against...):
#     LSTM clip: ONNX Runtime 0.27, itself without the attribute 0
#     GRU clip: ONNX Runtime 0.796, itself without the attribute 0
#     GRU activations: ONNX Runtime 8.96, itself without the attribute 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" -q install onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 || exit 77
cat > "$folder/try.py" << 'END'
import sys
import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper
from onnx.reference import ReferenceEvaluator

H, random = 4, np.random.default_rng(0)
shapes = {"GRU": 3 * H, "LSTM": 4 * H}
x = random.normal(size=(3, 2, 5)).astype(np.float32)


def outputs(kind, weights, **attributes):
    feeds = dict(zip("XWRB", (x, *weights)))
    node = helper.make_node(kind, list("XWRB"), ["Y"], hidden_size=H, **attributes)
    inputs = [helper.make_tensor_value_info(k, TensorProto.FLOAT, v.shape) for k, v in feeds.items()]
    graph = helper.make_graph([node], "g", inputs, [helper.make_tensor_value_info("Y", TensorProto.FLOAT, (3, 1, 2, H))])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return ReferenceEvaluator(model).run(None, feeds)[0], session.run(None, feeds)[0]


good = True
for kind, name, attributes in (
    ("LSTM", "clip", {"clip": 0.5}),
    ("GRU", "clip", {"clip": 0.5}),
    ("GRU", "activations", {"activations": ["Relu", "Tanh"]}),
):
    n = shapes[kind]
    weights = [random.normal(size=s).astype(np.float32) for s in ((1, n, 5), (1, n, H), (1, 2 * n))]
    plain, runtime_plain = outputs(kind, weights)
    reference, runtime = outputs(kind, weights, **attributes)
    apart, ignored = np.abs(reference - runtime).max(), np.abs(reference - plain).max()
    print(f"{kind} {name}: ONNX Runtime {apart:.3g}, itself without the attribute {ignored:.3g}")
    good = good and np.abs(plain - runtime_plain).max() < 1e-5 and apart > 0.1 and ignored == 0
sys.exit(0 if good else 1)
END
"$folder/venv/bin/python" "$folder/try.py"
