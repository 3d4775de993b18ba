"""The interop cases' client of grpcio. Each line of its standard input names a case; it answers each with "ok" or with what failed, on one line.

usage: interop_client.py ADDRESS      (interop_pb2 is found by PYTHONPATH)
"""
import queue
import random
import sys

import grpc
import interop_pb2 as pb

ECHO_INITIAL, ECHO_TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
METADATA = ((ECHO_INITIAL, "test_initial_metadata_value"), (ECHO_TRAILING, b"\xab\xab\xab"))
YES, NO = pb.BoolValue(value=True), pb.BoolValue(value=False)

channel = grpc.insecure_channel(sys.argv[1])


def method(make, name, request, response):
    return make(name if name.startswith("/") else "/grpc.testing.TestService/" + name, request.SerializeToString, response.FromString)


empty_call = method(channel.unary_unary, "EmptyCall", pb.Empty, pb.Empty)
unary_call = method(channel.unary_unary, "UnaryCall", pb.SimpleRequest, pb.SimpleResponse)
streaming_input_call = method(channel.stream_unary, "StreamingInputCall", pb.StreamingInputCallRequest, pb.StreamingInputCallResponse)
streaming_output_call = method(channel.unary_stream, "StreamingOutputCall", pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse)
full_duplex_call = method(channel.stream_stream, "FullDuplexCall", pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse)
unimplemented_call = method(channel.unary_unary, "UnimplementedCall", pb.Empty, pb.Empty)
unimplemented_service_call = method(channel.unary_unary, "/grpc.testing.UnimplementedService/UnimplementedCall", pb.Empty, pb.Empty)


def empty_unary():
    expect(empty_call(pb.Empty(), timeout=10), pb.Empty())


def large_unary():
    expect_large(unary_call(large(), timeout=10))


def client_streaming():
    requests = [pb.StreamingInputCallRequest(payload=zeros(size)) for size in (27182, 8, 1828, 45904)]
    expect(streaming_input_call(iter(requests), timeout=10).aggregated_payload_size, 74922)


def server_streaming():
    sizes = (31415, 9, 2653, 58979)
    request = pb.StreamingOutputCallRequest(response_parameters=[pb.ResponseParameters(size=size) for size in sizes])
    expect_sizes(streaming_output_call(request, timeout=10), sizes)


def ping_pong():
    requests = queue.Queue()
    responses = full_duplex_call(iter(requests.get, None), timeout=10)
    for requested, sent in ((31415, 27182), (9, 8), (2653, 1828), (58979, 45904)):
        requests.put(ask(requested, sent))
        expect(next(responses).payload, zeros(requested))
    requests.put(None)
    expect(list(responses), [])
    expect(responses.code(), grpc.StatusCode.OK)


def empty_stream():
    responses = full_duplex_call(iter(()), timeout=10)
    expect(list(responses), [])
    expect(responses.code(), grpc.StatusCode.OK)


def custom_metadata():
    response, unary = unary_call.with_call(large(), metadata=METADATA, timeout=10)
    expect_large(response)
    expect_echoed(unary)
    duplex = full_duplex_call(iter([ask(314159, 271828)]), metadata=METADATA, timeout=10)
    expect_sizes(duplex, (314159,))
    expect_echoed(duplex)


def status_code_and_message():
    status = pb.EchoStatus(code=2, message="test status message")
    expect_status(status, lambda: unary_call(pb.SimpleRequest(response_status=status), timeout=10))
    expect_status(status, lambda: list(full_duplex_call(iter([pb.StreamingOutputCallRequest(response_status=status)]), timeout=10)))


def special_status_message():
    status = pb.EchoStatus(code=2, message="\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n")
    expect_status(status, lambda: unary_call(pb.SimpleRequest(response_status=status), timeout=10))


def unimplemented_method():
    expect_code(grpc.StatusCode.UNIMPLEMENTED, lambda: unimplemented_call(pb.Empty(), timeout=10))


def unimplemented_service():
    expect_code(grpc.StatusCode.UNIMPLEMENTED, lambda: unimplemented_service_call(pb.Empty(), timeout=10))


def cancel_after_begin():
    requests = queue.Queue()
    call = streaming_input_call.future(iter(requests.get, None), timeout=10)
    call.cancel()
    requests.put(None)
    expect(call.cancelled(), True)
    expect(call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response():
    requests = queue.Queue()
    requests.put(ask(31415, 27182))
    responses = full_duplex_call(iter(requests.get, None), timeout=10)
    expect(next(responses).payload, zeros(31415))
    responses.cancel()
    requests.put(None)
    expect_code(grpc.StatusCode.CANCELLED, lambda: next(responses))


def timeout_on_sleeping_server():
    requests = queue.Queue()
    requests.put(pb.StreamingOutputCallRequest(payload=zeros(27182)))
    responses = full_duplex_call(iter(requests.get, None), timeout=0.001)
    expect_code(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(responses))
    requests.put(None)


def client_compressed_unary():
    expect_code(grpc.StatusCode.INVALID_ARGUMENT, lambda: unary_call(large(expect_compressed=YES), timeout=10))
    expect_large(unary_call(large(expect_compressed=YES), compression=grpc.Compression.Gzip, timeout=10))
    expect_large(unary_call(large(expect_compressed=NO), timeout=10))


def server_compressed_unary():
    expect_large(unary_call(large(response_compressed=YES), timeout=10))
    expect_large(unary_call(large(response_compressed=NO), timeout=10))


def client_compressed_streaming():
    compressed = pb.StreamingInputCallRequest(expect_compressed=YES, payload=zeros(27182))
    expect_code(grpc.StatusCode.INVALID_ARGUMENT, lambda: streaming_input_call(iter([compressed]), timeout=10))
    # grpcio's compression is "for the entire call"; but a message that would not get smaller it sends as it is. So noise here, not zeros.
    noise = pb.Payload(body=random.Random(1).getrandbits(8 * 45904).to_bytes(45904, "little"))
    uncompressed = pb.StreamingInputCallRequest(expect_compressed=NO, payload=noise)
    response = streaming_input_call(iter([compressed, uncompressed]), compression=grpc.Compression.Gzip, timeout=10)
    expect(response.aggregated_payload_size, 73086)


def server_compressed_streaming():
    request = pb.StreamingOutputCallRequest(response_parameters=[
        pb.ResponseParameters(compressed=YES, size=31415), pb.ResponseParameters(compressed=NO, size=92653)])
    expect_sizes(streaming_output_call(request, timeout=10), (31415, 92653))


def large(**fields):
    return pb.SimpleRequest(response_size=314159, payload=zeros(271828), **fields)


def ask(response_size, size):
    return pb.StreamingOutputCallRequest(response_parameters=[pb.ResponseParameters(size=response_size)], payload=zeros(size))


def zeros(size):
    return pb.Payload(body=bytes(size))


def expect(found, expected):
    if found != expected:
        raise AssertionError(f"expected {repr(expected)[:200]}, found {repr(found)[:200]}")


def expect_large(response):
    expect(response.payload, zeros(314159))


def expect_sizes(responses, sizes):
    received = list(responses)
    expect([len(response.payload.body) for response in received], list(sizes))
    expect([response.payload for response in received], [zeros(size) for size in sizes])
    expect(responses.code(), grpc.StatusCode.OK)


def expect_echoed(call):
    expect([value for key, value in call.initial_metadata() if key == ECHO_INITIAL], [METADATA[0][1]])
    expect([value for key, value in call.trailing_metadata() if key == ECHO_TRAILING], [METADATA[1][1]])


def expect_status(status, call):
    error = expect_code(grpc.StatusCode.UNKNOWN, call)
    expect((error.code().value[0], error.details()), (status.code, status.message))


def expect_code(code, call):
    try:
        call()
    except grpc.RpcError as error:
        expect(error.code(), code)
        return error
    raise AssertionError(f"expected {code}, found no error")


CASES = {case.__name__: case for case in (
    empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream, custom_metadata, status_code_and_message,
    special_status_message, unimplemented_method, unimplemented_service, cancel_after_begin, cancel_after_first_response,
    timeout_on_sleeping_server, client_compressed_unary, server_compressed_unary, client_compressed_streaming, server_compressed_streaming)}

for line in sys.stdin:
    try:
        CASES[line.strip()]()
        print("ok", flush=True)
    except Exception as problem:
        print(f"{type(problem).__name__}: {problem}".replace("\n", " "), flush=True)
channel.close()
