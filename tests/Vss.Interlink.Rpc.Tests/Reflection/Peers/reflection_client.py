"""A foreign tool that knows no service: grpcio asks a server by reflection what it has, and calls a method by that alone. Prints one JSON object.

usage: reflection_client.py ADDRESS v1|v1alpha PROTOS METHOD REQUEST      (PROTOS has grpc/reflection; METHOD as package.Service.Name; REQUEST is JSON)
"""
import json
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

address, version, protos, method_name, request_json = sys.argv[1:6]


def stubs(folder):
    # Below "grpc", lest the generated package hide grpcio's own.
    subprocess.run(["/usr/bin/protoc", "--python_out", folder, "-I", protos + "/grpc", f"reflection/{version}/reflection.proto"], check=True)
    sys.path.insert(0, folder)
    return __import__(f"reflection.{version}.reflection_pb2", fromlist=["*"])


class Conversation:
    """One stream for all questions, as grpcurl holds it."""

    def __init__(self, channel, pb):
        self.pb = pb
        self.asked, self.waiting = [], __import__("queue").Queue()
        info = channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
                                     pb.ServerReflectionRequest.SerializeToString, pb.ServerReflectionResponse.FromString)
        self.answers = info(iter(self.waiting.get, None), timeout=20)

    def ask(self, **question):
        self.waiting.put(self.pb.ServerReflectionRequest(**question))
        return next(self.answers)

    def end(self):
        self.waiting.put(None)
        return list(self.answers)


def run(channel, folder):
    pool, seen = descriptor_pool.DescriptorPool(), {}
    reflection = Conversation(channel, stubs(folder))
    services = [service.name for service in reflection.ask(list_services="*").list_services_response.service]
    missing = reflection.ask(file_containing_symbol="no.such.Symbol").error_response
    answer = reflection.ask(file_containing_symbol=method_name)
    for octets in answer.file_descriptor_response.file_descriptor_proto:
        file = descriptor_pb2.FileDescriptorProto.FromString(octets)
        seen[file.name] = file

    def add(name):
        file = seen.pop(name, None)
        if file is not None:
            for imported in file.dependency:
                add(imported)
            pool.Add(file)

    for name in list(seen):
        add(name)
    extensions = list(reflection.ask(all_extension_numbers_of_type="interlink.rpc.tests.Shelf").all_extension_numbers_response.extension_number)
    left = reflection.end()

    service_name, _, name = method_name.rpartition(".")
    method = pool.FindServiceByName(service_name).FindMethodByName(name)
    factory = message_factory.MessageFactory(pool)
    request = json_format.Parse(request_json, factory.GetPrototype(method.input_type)())
    answer_type = factory.GetPrototype(method.output_type)
    call = channel.unary_unary(f"/{service_name}/{name}", lambda message: message.SerializeToString(), answer_type.FromString)
    return {"services": sorted(services), "missing": missing.error_code, "extensions": extensions, "left": len(left),
            "answer": json_format.MessageToDict(call(request, timeout=10))}


with tempfile.TemporaryDirectory() as folder, grpc.insecure_channel(address) as channel:
    print(json.dumps(run(channel, folder)), flush=True)
