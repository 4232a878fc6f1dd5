"""Runs on the monitoring node: what Prometheus and Alertmanager say of themselves, as JSON."""

import json
import subprocess
import sys
import urllib.request


def ask(url):
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - http, from catalog data
        return answer.read().decode()


def main(prometheus, alertmanager):
    targets = json.loads(ask(prometheus + "/api/v1/targets"))["data"]["activeTargets"]
    rules = json.loads(ask(prometheus + "/api/v1/rules"))["data"]["groups"]
    config = subprocess.run(
        ["promtool", "check", "config", "/etc/prometheus/prometheus.yml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    found = {
        "targets": [
            [t["labels"].get("job"), t["labels"].get("instance"), t["health"], t["lastError"]]
            for t in targets
        ],
        "rules": sum(1 for group in rules for rule in group["rules"] if rule["type"] == "alerting"),
        "config": [config.returncode, config.stdout[-500:]],
        "alertmanager": ask(alertmanager + "/-/healthy").strip(),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
