"""A foreign prober: grpcio asks grpc.health.v1, prints one JSON object, then a line for each status it is told while it watches SERVICE.

usage: health_client.py ADDRESS PROTOS SERVICE      (PROTOS has grpc/health)
"""
import json
import subprocess
import sys
import tempfile

import grpc

address, protos, service = sys.argv[1:4]


def stubs(folder):
    # Below "grpc", lest the generated package hide grpcio's own.
    subprocess.run(["/usr/bin/protoc", "--python_out", folder, "-I", protos + "/grpc", "health/v1/health.proto"], check=True)
    sys.path.insert(0, folder)
    return __import__("health.v1.health_pb2", fromlist=["*"])


def run(channel, pb):
    path, name = "/grpc.health.v1.Health/", pb.HealthCheckResponse.ServingStatus.Name
    check = channel.unary_unary(path + "Check", pb.HealthCheckRequest.SerializeToString, pb.HealthCheckResponse.FromString)
    listing = channel.unary_unary(path + "List", pb.HealthListRequest.SerializeToString, pb.HealthListResponse.FromString)
    watch = channel.unary_stream(path + "Watch", pb.HealthCheckRequest.SerializeToString, pb.HealthCheckResponse.FromString)

    try:
        nobody = name(check(pb.HealthCheckRequest(service="nobody"), timeout=10).status)
    except grpc.RpcError as error:
        nobody = error.code().name
    unknown = watch(pb.HealthCheckRequest(service="nobody"), timeout=10)
    print(json.dumps({
        "check": name(check(pb.HealthCheckRequest(service=service), timeout=10).status),
        "nobody": nobody,
        "watch nobody": name(next(unknown).status),
        "list": {key: name(value.status) for key, value in listing(pb.HealthListRequest(), timeout=10).statuses.items()},
    }), flush=True)
    unknown.cancel()

    watching = watch(pb.HealthCheckRequest(service=service), timeout=50)
    for response in watching:
        print(name(response.status), flush=True)
    print("ended " + watching.code().name, flush=True)


with tempfile.TemporaryDirectory() as folder, grpc.insecure_channel(address) as channel:
    run(channel, stubs(folder))
