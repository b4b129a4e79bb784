"""Whom clients talk to. Public: the modeler asks every five seconds, and takes any refusal for a machine that is not there."""

from __future__ import annotations

from typing import Any

from flask import request

from webui.api.operation import operation
from webui.api.schema import INT, TEXT, list_of, nullable, record

# The version whose dialect and interface this is; the modeler offers what that version can do.
VERSION = "8.9.0"
_PARTITION = record(partitionId=INT, role=TEXT, health=TEXT, state=TEXT)
_BROKER = record(nodeId=INT, brokerId=TEXT, host=TEXT, port=INT, version=TEXT, partitions=list_of(_PARTITION))


@operation(
    "GET",
    "/v2/topology",
    "Was hier läuft",
    scope=None,
    answers={
        200: record(
            gatewayVersion=TEXT,
            clusterId=nullable(TEXT),
            clusterSize=INT,
            partitionsCount=INT,
            replicationFactor=INT,
            lastCompletedChangeId=nullable(TEXT),
            brokers=list_of(_BROKER),
        )
    },
)
def get_topology() -> dict[str, Any]:
    host, _, port = request.host.partition(":")
    partition = {"partitionId": 1, "role": "leader", "health": "healthy", "state": "active"}
    broker = {"nodeId": 0, "brokerId": "0", "host": host, "port": int(port or 443), "version": VERSION, "partitions": [partition]}
    return {
        "gatewayVersion": VERSION,
        "clusterId": "fallfluss",
        "clusterSize": 1,
        "partitionsCount": 1,
        "replicationFactor": 1,
        "lastCompletedChangeId": "-1",
        "brokers": [broker],
    }
