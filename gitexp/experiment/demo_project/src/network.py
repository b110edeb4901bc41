"""A neural network with one hidden layer, in plain Python: softmax over tanh, stochastic gradient descent."""

import csv
import math
import random


class Network:
    def __init__(self, labels: list, hidden: list, output: list) -> None:
        self.labels = labels  # class names, in the order of the outputs
        self.hidden = hidden  # one row of weights a hidden unit, the bias last
        self.output = output  # one row of weights a class, the bias last

    @classmethod
    def untrained(cls, inputs: int, units: int, labels: list, rng: random.Random) -> "Network":
        def rows(count: int, width: int) -> list:
            return [[rng.gauss(0, 1 / math.sqrt(width)) for _ in range(width + 1)] for _ in range(count)]

        return cls(labels, rows(units, inputs), rows(len(labels), units))

    def activations(self, inputs: list) -> list:
        return [math.tanh(weighted_sum(weights, inputs)) for weights in self.hidden]

    def probabilities(self, activations: list) -> list:
        scores = [weighted_sum(weights, activations) for weights in self.output]
        highest = max(scores)
        exponentials = [math.exp(score - highest) for score in scores]
        total = sum(exponentials)
        return [value / total for value in exponentials]

    def predict(self, inputs: list) -> list:
        """The probability of each label."""
        return self.probabilities(self.activations(inputs))

    def learn(self, inputs: list, label: str, rate: float) -> float:
        """One step of gradient descent on one row; returns the loss before it."""
        activations = self.activations(inputs)
        probabilities = self.probabilities(activations)
        target = self.labels.index(label)
        errors = [value - (index == target) for index, value in enumerate(probabilities)]
        signals = [
            sum(error * weights[unit] for error, weights in zip(errors, self.output)) * (1 - value * value)
            for unit, value in enumerate(activations)
        ]
        step(self.output, errors, activations, rate)
        step(self.hidden, signals, inputs, rate)
        return -math.log(max(probabilities[target], 1e-12))


def weighted_sum(weights: list, values: list) -> float:
    return sum(weight * value for weight, value in zip(weights, values)) + weights[-1]


def step(layer: list, errors: list, values: list, rate: float) -> None:
    for weights, error in zip(layer, errors):
        change = rate * error
        for index, value in enumerate(values):
            weights[index] -= change * value
        weights[-1] -= change


def read_rows(path: str) -> list:
    """(measurements, label) of every row of a split."""
    with open(path, newline="") as file:
        return [([float(value) for value in row[:-1]], row[-1]) for row in list(csv.reader(file))[1:]]
