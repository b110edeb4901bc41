"""evaluate: how well the model does on rows it has never seen; writes metrics.json and confusion.csv."""

import csv
import json
import math

from network import Network, read_rows


def main() -> None:
    with open("model.json") as file:
        network = Network(**json.load(file))
    rows = read_rows("data/split/test.csv")
    guesses = [network.predict(inputs) for inputs, _ in rows]
    pairs = [
        (label, network.labels[guess.index(max(guess))]) for (_, label), guess in zip(rows, guesses)
    ]
    surprise = [
        -math.log(max(guess[network.labels.index(label)], 1e-12)) for (_, label), guess in zip(rows, guesses)
    ]
    metrics = {
        "accuracy": round(sum(actual == predicted for actual, predicted in pairs) / len(pairs), 4),
        "log_loss": round(sum(surprise) / len(surprise), 4),
    }
    with open("metrics.json", "w") as file:
        json.dump(metrics, file, indent=2)
        file.write("\n")
    with open("confusion.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["actual", "predicted"])
        writer.writerows(pairs)
    print(f"accuracy {metrics['accuracy']:.3f}, log loss {metrics['log_loss']:.3f}")


if __name__ == "__main__":
    main()
