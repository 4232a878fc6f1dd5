"""Tools take turns, and the end is predicted."""

from bench.steps import Forecast, Step, Wishes, list_steps


def test_tools_take_turns_within_a_round() -> None:
    wishes = Wishes(nodes=(8,), scenarios=("drift",), runs=2, stock_runs=1)
    tools = [(step.round, step.tool) for step in list_steps(wishes)]
    assert tools == [
        (1, "podsys"), (1, "ansible-start"), (1, "pyinfra"), (1, "stock"),
        (2, "podsys"), (2, "ansible-start"), (2, "pyinfra"),
    ]  # fmt: skip


def test_scale_comes_once() -> None:
    steps = list_steps(Wishes(nodes=(8, 16), runs=5))
    assert [step.scenario for step in steps].count("scale") == 1
    assert {step.nodes for step in steps} == {8, 16, 10_000}


def test_forecast_learns() -> None:
    step = Step("drift", 32, 1, "stock")
    forecast = Forecast()
    guessed = forecast.predict([step])
    forecast.learn(step, 1000.0)
    assert forecast.predict([step]) > guessed
