"""train: fit the network; writes model.json and the loss of every epoch."""

import argparse
import csv
import json
import random

from network import Network, read_rows


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--units", type=int, required=True, help="neurons in the hidden layer")
    options.add_argument("--rate", type=float, required=True, help="learning rate")
    options.add_argument("--epochs", type=int, required=True)
    options.add_argument("--seed", type=int, required=True)
    options = options.parse_args()

    rows = read_rows("data/split/train.csv")
    labels = sorted({label for _, label in rows})
    rng = random.Random(options.seed)
    network = Network.untrained(len(rows[0][0]), options.units, labels, rng)
    losses = []
    for epoch in range(1, options.epochs + 1):
        rng.shuffle(rows)
        losses.append(sum(network.learn(inputs, label, options.rate) for inputs, label in rows) / len(rows))
        if epoch == 1 or epoch % 10 == 0:
            print(f"epoch {epoch}: loss {losses[-1]:.4f}", flush=True)

    with open("model.json", "w") as file:
        json.dump(vars(network), file)
    with open("training.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["epoch", "loss"])
        writer.writerows((epoch, f"{loss:.5f}") for epoch, loss in enumerate(losses, 1))


if __name__ == "__main__":
    main()
