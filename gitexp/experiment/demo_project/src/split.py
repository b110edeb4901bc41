"""data_split: drop incomplete rows, scale the measurements, deal them into train.csv and test.csv."""

import argparse
import csv
import random
import statistics
from pathlib import Path

MEASUREMENTS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--target", required=True, help="the column to predict: species, island or sex")
    options.add_argument("--test_share", type=float, required=True)
    options.add_argument("--seed", type=int, required=True)
    options = options.parse_args()

    with open("data/penguins.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "NA" not in row.values()]
    random.Random(options.seed).shuffle(rows)
    test_size = round(len(rows) * options.test_share)
    test, train = rows[:test_size], rows[test_size:]

    # Scale by what the training rows say: the test rows must stay unseen.
    scales = {name: scale_of([float(row[name]) for row in train]) for name in MEASUREMENTS}
    folder = Path("data/split")
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in {"train": train, "test": test}.items():
        with open(folder / f"{name}.csv", "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*MEASUREMENTS, "label"])
            for row in part:
                scaled = [(float(row[key]) - mean) / spread for key, (mean, spread) in scales.items()]
                writer.writerow([*(f"{value:.4f}" for value in scaled), row[options.target]])
    print(f"{len(train)} rows to learn from, {len(test)} to test on")


def scale_of(values: list) -> tuple:
    return statistics.mean(values), statistics.pstdev(values)


if __name__ == "__main__":
    main()
