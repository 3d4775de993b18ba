"""A foreign client: grpcio calls one case of the Counter service and prints what it saw as one JSON object.

usage: counter_client.py ADDRESS CASE      (counter_pb2 is found by PYTHONPATH)
"""
import json
import sys

import counter_pb2 as pb
import grpc

address, case = sys.argv[1:3]
channel = grpc.insecure_channel(address)
service = "/interlink.rpc.tests.Counter/"
ask, answer = pb.Ask.SerializeToString, pb.Answer.FromString
one = channel.unary_unary(service + "One", ask, answer)
gather = channel.stream_unary(service + "Gather", ask, answer)
spread = channel.unary_stream(service + "Spread", ask, answer)
talk = channel.stream_stream(service + "Talk", ask, answer)
missing = channel.unary_unary(service + "Missing", ask, answer)


def pairs(metadata):
    return [[key, value.hex() if isinstance(value, bytes) else value] for key, value in metadata or ()]


def failure(error):
    return {"code": error.code().name, "details": error.details(), "trailers": pairs(error.trailing_metadata())}


def run():
    if case == "unary":
        reply, call = one.with_call(pb.Ask(text="xin chào", count=3, payload=b"\0" * 300000),
                                    metadata=(("organ", "g22"), ("token-bin", b"\0\xff\x01")), timeout=10)
        return {"text": reply.text, "count": reply.count, "payload": len(reply.payload),
                "headers": pairs(call.initial_metadata()), "trailers": pairs(call.trailing_metadata())}
    if case == "client stream":
        reply = gather((pb.Ask(text=word) for word in ("one", "two", "three")), timeout=10)
        return {"text": reply.text, "count": reply.count}
    if case == "server stream":
        return {"counts": [reply.count for reply in spread(pb.Ask(count=50), timeout=10)]}
    if case == "empty stream":
        return {"counts": [reply.count for reply in spread(pb.Ask(count=0), timeout=10)]}
    if case == "duplex":
        return {"counts": [reply.count for reply in talk((pb.Ask(count=i) for i in range(50)), timeout=10)]}
    if case in ("status", "throw"):
        one(pb.Ask(text=case), timeout=10)
    if case == "missing method":
        missing(pb.Ask(), timeout=10)
    if case == "deflate":
        one(pb.Ask(text="x" * 1000), timeout=10, compression=grpc.Compression.Deflate)
    if case == "deadline":
        grpc.channel_ready_future(channel).result(10)
        one(pb.Ask(text="sleep"), timeout=1)
    if case == "too long":
        one(pb.Ask(payload=b"\0" * 5000000), timeout=10)
    if case == "cancel":
        replies = talk(iter_forever(), timeout=10)
        first = next(replies)
        replies.cancel()
        try:
            next(replies)
        except grpc.RpcError as error:
            return {"count": first.count, "code": error.code().name}
    return {"code": "OK"}


def iter_forever():
    import time
    yield pb.Ask(count=1)
    time.sleep(5)


try:
    print(json.dumps(run()), flush=True)
except grpc.RpcError as error:
    print(json.dumps(failure(error)), flush=True)
finally:
    channel.close()
