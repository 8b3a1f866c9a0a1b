"""Fine-tunes the sentence encoder: `fine_tune.py DATA WEIGHTS`, run by `make encoder` in the engine's environment.

DATA is what `python -m bot.crisis.fine_tuning` wrote. Three things are learnt at once, because each helps the others:
whether a text is a crisis, whether it is imminent (severity 3), and of what kind. The table of tokens stays as it is.
WEIGHTS is an .npz file of float16; beside it a .json with its SHA-256, the corpora's, and what was seen on the way.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

ORDERS, WIDTH = ((2, 0), (3, 1), (5, 2)), 256
HEARD, HIDDEN, KINDS = 192, 96, 11
# Chosen on the tune split. Rates rise over a tenth of the way, then fall to a fiftieth.
EPOCHS, BATCH, BASE_RATE, HEAD_RATE = 6, 48, 4e-4, 1e-3
# Shares of tokens and of values that are hidden while learning, so that no single one decides.
NO_TOKEN, NO_FEATURE, NO_SENTENCE, NO_HIDDEN = 0.08, 0.2, 0.4, 0.3
# A label is right in about 98 of 100 texts; believing more would punish doubt where doubt is due.
SURE, DECAY, SEED = 0.98, 1e-4, 20261125
NEVER = 1e4


class Network:
    """The base's layers and the heads, as variables; see bot/crisis/encoder.py, which runs the same in numpy."""

    def __init__(self, data):
        names = [name for name in data.files if name.startswith("base_")]
        self.base = {name[5:]: tf.Variable(data[name].astype(np.float32)) for name in names}
        self.table, self.tiny, self.scale = tf.constant(data["table"]), float(data["tiny"]), float(data["scale"])
        made = tf.keras.initializers.GlorotUniform(SEED)
        shapes = {
            "wm": (1280, HEARD), "wa": (1280, 1), "wo": (512 + 2 * HEARD, HIDDEN), "w2": (HIDDEN, 1),
            "w3": (HIDDEN, 1), "wc": (HIDDEN, KINDS),
        }  # fmt: skip
        self.heads = {name: tf.Variable(made(shape)) for name, shape in shapes.items()}
        for name, size in {"bm": HEARD, "bo": HIDDEN, "b2": 1, "b3": 1, "bc": KINDS}.items():
            self.heads[name] = tf.Variable(tf.zeros(size))

    def __call__(self, tokens, mask, learning):
        """Scores for crisis and imminent, and for each kind."""
        base, heads, seen = self.base, self.heads, mask[:, :, None]
        embedded = tf.gather(self.table, tokens)
        if learning:
            embedded = tf.where(tf.random.uniform(tf.shape(tokens))[:, :, None] < NO_TOKEN, 0.0, embedded)
        shifted = self.normed(embedded @ base["proj_W"] + base["proj_b"], "ln_g_all", "ln_b_all") * seen
        parts = [embedded]
        for number, (order, left) in enumerate(ORDERS):
            own = shifted[:, :, number * WIDTH : (number + 1) * WIDTH]
            first = tf.nn.relu(around(own, order, left) @ base[f"w1_{number}"] + base[f"b1_{number}"])
            first = (first + own) * seen
            second = tf.nn.relu(around(first, order, left) @ base[f"w2_{number}"] + base[f"b2_{number}"])
            parts.append(second + first)
        features = self.normed(tf.concat(parts, -1), "ln_g", "ln_b") * seen
        sentence = self.sentence(features, tf.reduce_sum(mask, 1, keepdims=True))
        if learning:
            features = tf.nn.dropout(features, NO_FEATURE)
        heard = tf.nn.relu(features @ heads["wm"] + heads["bm"])
        loudest = tf.nn.relu(tf.reduce_max(heard + (seen - 1) * NEVER, 1))
        weights = tf.nn.softmax(tf.squeeze(features @ heads["wa"], -1) + (mask - 1) * NEVER, 1)
        whole = tf.concat([sentence, loudest, tf.reduce_sum(heard * weights[:, :, None], 1)], -1)
        if learning:
            whole = tf.nn.dropout(whole, NO_SENTENCE)
        hidden = tf.nn.relu(whole @ heads["wo"] + heads["bo"])
        if learning:
            hidden = tf.nn.dropout(hidden, NO_HIDDEN)
        crisis, imminent = (tf.squeeze(hidden @ heads[f"w{n}"] + heads[f"b{n}"], -1) for n in (2, 3))
        return crisis, imminent, hidden @ heads["wc"] + heads["bc"]

    def sentence(self, features, lengths):
        """The base's own vector of each text."""
        base = self.base
        mean = tf.reduce_sum(features, 1) @ base["cnn_W"] + lengths * base["cnn_b"]
        mean *= tf.math.rsqrt(lengths)
        second = tf.nn.relu(mean @ base["p1"] + tf.nn.relu(mean @ base["d0"]) @ base["d1"])
        whole = tf.tanh(second @ base["p3"] + tf.nn.relu(second @ base["d2"]) @ base["d3"])
        return tf.math.l2_normalize(whole, -1) * self.scale

    def normed(self, rows, gain, offset):
        """Layer normalisation."""
        rows -= tf.reduce_mean(rows, -1, keepdims=True)
        spread = tf.reduce_mean(tf.square(rows), -1, keepdims=True) + self.tiny
        return rows * tf.math.rsqrt(spread) * self.base[gain] + self.base[offset]


def around(rows, order, left):
    """For each token its neighbours' vectors side by side; zeros beyond the ends."""
    count = tf.shape(rows)[1]
    padded = tf.pad(rows, [[0, 0], [left, order - 1 - left], [0, 0]])
    return tf.concat([padded[:, at : at + count, :] for at in range(order)], -1)


class Texts:
    """One split: token numbers of each text, and its labels."""

    def __init__(self, data, split):
        self.rows = np.split(data[f"{split}_tokens"], np.cumsum(data[f"{split}_lengths"])[:-1])
        self.crisis, self.imminent = (data[f"{split}_{name}"].astype(np.float32) for name in ("crisis", "imminent"))
        self.kind = data[f"{split}_kind"].astype(np.int32)

    def padded(self, batch):
        """Tokens and mask of a batch."""
        longest = max(len(self.rows[at]) for at in batch)
        tokens, mask = np.zeros((len(batch), longest), np.int32), np.zeros((len(batch), longest), np.float32)
        for row, at in enumerate(batch):
            tokens[row, : len(self.rows[at])] = self.rows[at]
            mask[row, : len(self.rows[at])] = 1
        return tf.constant(tokens), tf.constant(mask)

    def batches(self, chance):
        """All texts once, in an order of chance, those of like length together."""
        order = chance.permutation(len(self.rows))
        for start in range(0, len(order), BATCH * 40):
            part = order[start : start + BATCH * 40]
            part = part[np.argsort([len(self.rows[at]) for at in part], kind="stable")]
            cut = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
            for number in chance.permutation(len(cut)):
                yield cut[number]


def area(scores, labels):
    """The area under the ROC curve."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    yes = labels > 0
    return float((ranks[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / (yes.sum() * (~yes).sum()))


def main(source, target):
    """Fits, watches the tune split without fitting it, and writes."""
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    data = np.load(source)
    network, train, tune = Network(data), Texts(data, "train"), Texts(data, "tune")
    rates = [tf.Variable(0.0), tf.Variable(0.0)]
    optimizers = [tf.keras.optimizers.legacy.Adam(rate) for rate in rates]
    base, heads = list(network.base.values()), list(network.heads.values())
    words, floats = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None))
    labels, kinds = tf.TensorSpec((None,)), tf.TensorSpec((None,), tf.int32)

    @tf.function(input_signature=[words, floats, labels, labels, kinds])
    def learn(tokens, mask, crisis, imminent, kind):
        with tf.GradientTape() as tape:
            one, two, three = network(tokens, mask, True)
            sure = crisis * (2 * SURE - 1) + (1 - SURE)
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(sure, one))
            loss += 0.4 * tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(imminent, two))
            loss += 0.4 * tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(kind, three))
            total = loss + DECAY * tf.add_n([tf.nn.l2_loss(value) for value in heads])
        gradients, _ = tf.clip_by_global_norm(tape.gradient(total, base + heads), 1.0)
        optimizers[0].apply_gradients(zip(gradients[: len(base)], base))  # noqa: B905 - autograph has its own zip
        optimizers[1].apply_gradients(zip(gradients[len(base) :], heads))  # noqa: B905
        return loss

    @tf.function(input_signature=[words, floats])
    def score(tokens, mask):
        return network(tokens, mask, False)[:2]

    chance, done, seen = np.random.RandomState(SEED), 0, []
    whole = EPOCHS * (len(train.rows) // BATCH + 1)
    for epoch in range(EPOCHS):
        began, losses = time.monotonic(), []
        for batch in train.batches(chance):
            share = done / whole
            pace = min(1.0, share * 10) * max(0.02, 1 - share)
            for rate, full in zip(rates, (BASE_RATE, HEAD_RATE), strict=True):
                rate.assign(full * pace)
            done += 1
            truth = [tf.constant(values[batch]) for values in (train.crisis, train.imminent, train.kind)]
            losses.append(float(learn(*train.padded(batch), *truth)))
        order = np.argsort([len(row) for row in tune.rows], kind="stable")
        parts = [score(*tune.padded(order[at : at + 128])) for at in range(0, len(order), 128)]
        found = [np.concatenate([part[number].numpy() for part in parts]) for number in (0, 1)]
        areas = [area(found[0], tune.crisis[order]), area(found[1], tune.imminent[order])]
        seen.append({"loss": round(float(np.mean(losses)), 4), "tune_auc_crisis": round(areas[0], 4),
                     "tune_auc_imminent": round(areas[1], 4)})  # fmt: skip
        print(f"epoch {epoch + 1} of {EPOCHS}: {seen[-1]}, {time.monotonic() - began:.0f} s", flush=True)
    write(Path(target), {**network.base, **network.heads}, bytes(data["corpora"]).decode(), seen)


def write(target, variables, corpora, seen):
    """The weights and what vouches for them."""
    np.savez(target, **{name: value.numpy().astype(np.float16) for name, value in variables.items()})
    facts = {"sha256": hashlib.sha256(target.read_bytes()).hexdigest(), "train_corpora": corpora, "epochs": seen}
    target.with_suffix(".json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
