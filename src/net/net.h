/* SPDX-License-Identifier: MIT
 * From a network specification to a parameter layout, a forward pass and a backward pass.
 *
 * A network is one tower (shared trunk) or two (separate actor and critic) of layers, with a policy head and a value
 * head. `net` is the plan: const after net_plan, shared by every thread. Parameters are one flat array of net.size
 * floats, padded so that every matrix row starts on a cache line; padding is 0 and stays 0. `net_tape` is the memory of
 * one learner: inputs, every layer's output for every row, kept for the backward pass. The caller owns all memory;
 * nothing here allocates or fails.
 *
 * Rows: a tape holds rows t*n + e for time t = 0 .. T and environment e = 0 .. n-1; a recurrent layer reads the state
 * that row - n left behind. */
#ifndef NET_NET_H
#define NET_NET_H

#include "base/error.h"
#include "net/kernels.h"

enum {
    NET_LAYERS = 12,
    NET_DIMS = 8,
    NET_LAYER_TENSORS = 8, /* the most that one layer has */
    NET_TENSORS = 2 * NET_LAYERS * NET_LAYER_TENSORS + 8,
    NET_NAME = 48,
    NET_NARROW = 8 /* dense layers of fewer outputs are computed as dot products */
};

/* The kinds of layers: a row of net/layer.h each, in a file of its own (net/dense.c: layer_dense). A new kind is its
 * file and its line here; tests/patches/scale_layer.patch adds one. */
/* clang-format off */
#define LAYER_KINDS(row) \
    row(dense) \
    row(conv) \
    row(lstm) \
    row(gru) \
    row(norm)
/* clang-format on */

typedef struct layer_kind layer_kind;
#define LAYER_DECLARE(name) extern const layer_kind layer_##name;
LAYER_KINDS(LAYER_DECLARE)
#undef LAYER_DECLARE

extern const layer_kind *const layer_kinds[]; /* all of them, NULL-terminated */

/* The kind of that name ("dense", as network.layers has it), or NULL. */
const layer_kind *layer_kind_named(const char *name);

/* What a person chooses of a layer; members that a kind does not use are 0. */
typedef struct layer_spec {
    const layer_kind *kind;
    int size; /* units, channels or cells */
    activation activation;
    int kernel, stride, padding; /* convolution */
    double forget_bias;          /* LSTM: initial bias of the forget gate */
} layer_spec;

typedef enum input_kind { INPUT_VECTOR, INPUT_PLANES, INPUT_DISCRETE } input_kind;

typedef struct net_spec {
    input_kind input;
    int input_dims;            /* entries of input_shape that count */
    int input_shape[NET_DIMS]; /* vector: size; planes: C, H, W (C already times the frame stack); discrete: n of each
                                  component */
    int layers;
    layer_spec layer[NET_LAYERS];
    bool separate;         /* actor and critic towers of their own */
    int policy_outputs;    /* logits, or means (and the raw deviations when they depend on the state) */
    int log_std;           /* state-independent log standard deviations: a parameter vector of this size, or 0 */
    bool log_std_features; /* gSDE: a matrix [features, log_std] instead, features the policy head's inputs */
} net_spec;

/* What a tensor is for, which decides how it starts: weights are drawn (net_init_spec), biases are 0 or drawn, scales
 * are 1, log standard deviations have a setting. */
typedef enum tensor_role { TENSOR_WEIGHT, TENSOR_BIAS, TENSOR_SCALE, TENSOR_LOG_STD } tensor_role;

/* One named tensor of the checkpoint, seen in the flat parameters: element (i, j, ..) at offset + sum index * stride.
 */
typedef struct net_tensor {
    char name[NET_NAME]; /* "trunk.0.weight" */
    tensor_role role;
    int dims;
    int shape[4];
    size_t stride[4];
    size_t offset;
    bool joined; /* the checkpoint shows the first two dimensions as one: an LSTM's [4, H, in] is [4H, in] there */
} net_tensor;

typedef struct net_layer {
    const layer_kind *kind;
    activation activation; /* of the output */
    int in, out;           /* features; in of a one-hot layer: the sum of its components */
    int ld;                /* row stride of the output */
    size_t weight, bias;   /* offsets in the parameters */
    int ldw;               /* row stride of the weights */
    size_t cache; /* floats per row that the backward pass needs beside the output (pre-activation, gates, ..) */
    size_t state; /* floats per environment that go from time step to time step; 0: not recurrent */
    bool narrow, one_hot; /* dense: few outputs, weights [out, ldw]; the first layer of a discrete observation */
    int components, component_base[NET_DIMS]; /* one-hot: where each component's weights begin */
    int channels, height, width, out_height, out_width, kernel, stride, padding; /* convolution */
    size_t hidden_weight, hidden_bias; /* recurrent: weight_hh; GRU: bias_hh */
    double forget_bias;                /* LSTM */
} net_layer;

typedef struct net_tower {
    int layers;
    net_layer layer[NET_LAYERS];
} net_tower;

typedef struct net {
    net_spec spec;
    int input_size, input_ld; /* floats of an input row: the observation (one index a component when discrete) */
    int towers;               /* 1 shared, 2 actor and critic */
    net_tower tower[2];
    int heads; /* 1: policy and value outputs in one matrix; 2: one a tower */
    net_layer head[2];
    int policy_ld; /* row stride of the policy outputs */
    int value_ld;
    size_t log_std;      /* offset of the log standard deviations: [log_std], or [log_std, features padded to lines] */
    size_t log_std_size; /* floats of them with their padding */
    int features;        /* inputs of the policy head */
    size_t size;         /* floats of a parameter vector with its padding, a multiple of 16 */
    size_t parameters;   /* true parameters: what a checkpoint holds */
    int tensor_count;
    net_tensor tensor[NET_TENSORS];
    int widest_ld; /* largest row stride of the input and of any layer */
    bool recurrent;
    size_t state_size; /* floats of recurrent state one environment carries from rollout to rollout */
} net;

/* Lays the network out. 0, or -1 with the error for a stack that is impossible (a convolution behind a dense layer,
 * ..). */
int net_plan(net *net, const net_spec *spec, error *e);

/* One layer's arrays in a tape; NULL where it has none. */
typedef struct layer_buffers {
    float *output;      /* [rows, layer.ld] */
    float *cache;       /* [rows, layer.cache] */
    float *state;       /* [rows + n, layer.state] row r reads state r and leaves state r + n */
    float *transposed;  /* the weights transposed, as the kind wants them: kept from one backward pass to the next .. */
    bool is_transposed; /* .. while the parameters are the same */
    float *scratch;     /* shared by all layers */
    const uint8_t *start;
    int envs; /* n */
} layer_buffers;

/* The memory of one learner: rows = (T + 1) * n. */
typedef struct net_tape {
    int rows, envs;
    int env_rows; /* net_tape_by_environment: from one environment's rows of a hidden layer to the next one's; 0: such
                     rows lie as all others */
    float *input; /* [rows, input_ld] written by the caller, padding lanes 0 */
    layer_buffers layer[2][NET_LAYERS], head[2]; /* by tower */
    float *policy;                               /* [rows, policy_ld] */
    float *value;                                /* value of row r: value[r * value_ld] */
    uint8_t *start;     /* [rows] 1 where an episode starts: recurrent state is zero before it */
    float *delta[2];    /* scratch of the backward pass: [rows, widest_ld] each */
    float *gathered[3]; /* scratch: rows of the backward pass that lie apart, side by side: [rows, widest_ld] of a
                           layer's input, of its pre-activation, and [rows, widest head's ld] of the gradient at a head */
    float *d_policy, *d_value; /* [rows, policy_ld], [rows, value_ld]: loss gradients at the heads, by the caller */
} net_tape;

/* Bytes of a tape, and its pointers set into such memory (zeroed, 64-byte aligned). */
size_t net_tape_bytes(const net *net, int rows, int envs);
void net_tape_place(const net *net, int rows, int envs, void *memory, net_tape *tape);
/* For backward passes that go through one environment after the other: the hidden layers' outputs lie environment by
 * environment then, and need not be copied side by side. Rows keep their numbers; strides are 1 or n.
 * Nothing changes for a network with recurrent or normalizing layers, or whose policy's noise looks at hidden features.
 */
void net_tape_by_environment(const net *net, net_tape *tape);

/* Forward pass of `count` rows from `row` (of one time step, or of several whole ones, when the network is recurrent):
 * input -> policy, value. */
void net_forward(const net *net, const float *parameters, net_tape *tape, int row, int count);
/* The same for rows first, first + stride, ..; a recurrent network: stride 1 and whole time steps, one after the other,
 * or stride n, an environment's time steps. The states before the first rows are those that the tape holds. */
void net_forward_rows(const net *net, const float *parameters, net_tape *tape, int first, int count, int stride);

/* The policy head's inputs in a tape: [rows, features padded to whole lines]. */
const float *net_features(const net *net, const net_tape *tape);

/* Before a rollout: recurrent state of the last rollout's final step (of environment e) becomes row -n's. */
void net_state_load(const net *net, net_tape *tape, int env, const float *state);
/* The recurrent state after time step `t` of environment e: float[state_size]. */
void net_state_save(const net *net, const net_tape *tape, int t, int env, float *state);
/* The states after the first time step of all environments become those before it: a tape of one step that acts on. */
void net_state_carry(const net *net, net_tape *tape);

/* Backward pass: gradient (+)= d loss / d parameters over rows first, first + stride, .. (`count` of them; a recurrent
 * network: one environment's consecutive time steps, or all environments' with stride 1 and count T*n), from
 * tape->d_policy and d_value. `gradient` [net.size]; accumulate false overwrites. */
void net_backward(const net *net, const float *parameters, net_tape *tape, int first, int count, int stride,
                  bool accumulate, float *gradient);
/* The same bits as net_backward for environments first, first + 1, .. (`envs` of them), one after the other, each over
 * time steps 0 .. steps - 1, with fewer passes over the gradient. */
void net_backward_envs(const net *net, const float *parameters, net_tape *tape, int first, int envs, int steps,
                       bool accumulate, float *gradient);

/* Initial parameters; deterministic in seed. */
typedef enum init_kind { INIT_ORTHOGONAL, INIT_HE, INIT_XAVIER, INIT_TORCH } init_kind;
typedef struct net_init_spec {
    init_kind kind;
    /* factors on the weights that the kind draws (its own scale included), and the log deviation of a Gaussian head */
    double hidden_gain, policy_gain, value_gain, log_std;
} net_init_spec;
/* `work` [net_init_work(net)] doubles of scratch. */
size_t net_init_work(const net *net);
void net_init(const net *net, const net_init_spec *spec, uint64_t seed, float *parameters, double *work);

/* Checkpoint order, flat [net.parameters]: tensor by tensor, row-major, without padding. */
void net_flatten(const net *net, const float *parameters, float *flat);
void net_unflatten(const net *net, const float *flat, float *parameters);
size_t net_tensor_elements(const net_tensor *tensor);
/* Its shape in a checkpoint, where joined rows are rows: returns its dimensions. */
int net_tensor_shape(const net_tensor *tensor, int64_t shape[4]);

/* Multiply-adds of one row's forward pass. */
double net_multiply_adds(const net *net);

#endif
