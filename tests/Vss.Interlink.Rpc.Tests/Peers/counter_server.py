"""A foreign server: grpcio serves the Counter service on a free loopback port, prints the port, and ends when its standard input does.

usage: counter_server.py      (counter_pb2 is found by PYTHONPATH)
"""
import concurrent.futures
import sys
import threading
import time

import counter_pb2 as pb
import grpc

cancelled = threading.Event()


def one(ask, context):
    if ask.text == "status":
        context.set_trailing_metadata((("reason", "late"), ("detail-bin", b"\0\xff\x01")))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "hết hạn 100%")
    if ask.text == "sleep":
        if not context.add_callback(cancelled.set):  # over before it began
            cancelled.set()
        time.sleep(2)
    if ask.text == "was cancelled":
        return pb.Answer(count=int(cancelled.wait(5)))
    seen = dict(context.invocation_metadata())
    context.send_initial_metadata((("seen", seen.get("organ", "")), ("seen-bin", seen.get("token-bin", b""))))
    context.set_trailing_metadata((("left", str(int((context.time_remaining() or 0) > 0))),))
    return pb.Answer(text=ask.text, count=ask.count, payload=ask.payload)


def gather(asks, context):
    texts = [ask.text for ask in asks]
    return pb.Answer(text=" ".join(texts), count=len(texts))


def spread(ask, context):
    for count in range(1, ask.count + 1):
        yield pb.Answer(count=count)


def talk(asks, context):
    for ask in asks:
        yield pb.Answer(text=ask.text, count=ask.count)


def handlers():
    read, write = pb.Ask.FromString, pb.Answer.SerializeToString
    return grpc.method_handlers_generic_handler("interlink.rpc.tests.Counter", {
        "One": grpc.unary_unary_rpc_method_handler(one, read, write),
        "Gather": grpc.stream_unary_rpc_method_handler(gather, read, write),
        "Spread": grpc.unary_stream_rpc_method_handler(spread, read, write),
        "Talk": grpc.stream_stream_rpc_method_handler(talk, read, write),
    })


server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
server.add_generic_rpc_handlers((handlers(),))
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
server.stop(0)
