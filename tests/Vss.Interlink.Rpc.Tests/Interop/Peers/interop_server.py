"""The interop cases' server of grpcio on a free loopback port: prints the port, and ends when its standard input does.

usage: interop_server.py      (interop_pb2 is found by PYTHONPATH)
"""
import concurrent.futures
import sys

import grpc
import interop_pb2 as pb

ECHO_INITIAL, ECHO_TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
CODES = {code.value[0]: code for code in grpc.StatusCode}


def empty_call(request, context):
    return pb.Empty()


def unary_call(request, context):
    echo_metadata(context)
    echo_status(request, context)
    if request.response_compressed.value:
        context.set_compression(grpc.Compression.Gzip)
    return pb.SimpleResponse(payload=zeros(request.response_size))


def streaming_input_call(requests, context):
    return pb.StreamingInputCallResponse(aggregated_payload_size=sum(len(request.payload.body) for request in requests))


def streaming_output_call(request, context):
    if any(wanted.compressed.value for wanted in request.response_parameters):
        context.set_compression(grpc.Compression.Gzip)
    yield from respond(request, context)


def full_duplex_call(requests, context):
    echo_metadata(context)
    for request in requests:
        echo_status(request, context)
        yield from respond(request, context)


def respond(request, context):
    for wanted in request.response_parameters:
        if not wanted.compressed.value:
            context.disable_next_message_compression()
        yield pb.StreamingOutputCallResponse(payload=zeros(wanted.size))


def echo_metadata(context):
    received = dict(context.invocation_metadata())
    if ECHO_INITIAL in received:
        context.send_initial_metadata(((ECHO_INITIAL, received[ECHO_INITIAL]),))
    if ECHO_TRAILING in received:
        context.set_trailing_metadata(((ECHO_TRAILING, received[ECHO_TRAILING]),))


def echo_status(request, context):
    if request.HasField("response_status"):
        context.abort(CODES[request.response_status.code], request.response_status.message)


def zeros(size):
    return pb.Payload(body=bytes(size))


def handlers():
    def kind(make, behaviour, request, response):
        return make(behaviour, request.FromString, response.SerializeToString)
    return grpc.method_handlers_generic_handler("grpc.testing.TestService", {
        "EmptyCall": kind(grpc.unary_unary_rpc_method_handler, empty_call, pb.Empty, pb.Empty),
        "UnaryCall": kind(grpc.unary_unary_rpc_method_handler, unary_call, pb.SimpleRequest, pb.SimpleResponse),
        "StreamingInputCall": kind(grpc.stream_unary_rpc_method_handler, streaming_input_call,
                                   pb.StreamingInputCallRequest, pb.StreamingInputCallResponse),
        "StreamingOutputCall": kind(grpc.unary_stream_rpc_method_handler, streaming_output_call,
                                    pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse),
        "FullDuplexCall": kind(grpc.stream_stream_rpc_method_handler, full_duplex_call,
                               pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse),
    })


server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
server.add_generic_rpc_handlers((handlers(),))
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
server.stop(0)
