// The interop cases' server of @grpc/grpc-js on a free loopback port: prints the port, and ends when its standard input does.
//
// usage: node interop_server.js
'use strict';
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const { testing } = grpc.loadPackageDefinition(
  loader.loadSync(path.join(__dirname, '..', 'Protos', 'interop.proto'), { keepCase: true, defaults: true })).grpc;
const ECHO_INITIAL = 'x-grpc-test-echo-initial';
const ECHO_TRAILING = 'x-grpc-test-echo-trailing-bin';

function emptyCall(call, respond) {
  respond(null, {});
}

function unaryCall(call, respond) {
  const { response_status: status, response_size: size } = call.request;
  const trailers = echoMetadata(call);
  if (status) respond({ code: status.code, details: status.message }, null, trailers);
  else respond(null, { payload: zeros(size) }, trailers);
}

function streamingInputCall(call, respond) {
  let size = 0;
  call.on('data', (request) => { size += request.payload.body.length; });
  call.on('end', () => respond(null, { aggregated_payload_size: size }));
}

function streamingOutputCall(call) {
  answer(call.request, call);
  call.end();
}

function fullDuplexCall(call) {
  const trailers = echoMetadata(call);
  let ended = false;
  call.on('data', (request) => {
    if (ended) return;
    const status = request.response_status;
    if (!status) return answer(request, call);
    ended = true;
    call.emit('error', { code: status.code, details: status.message, metadata: trailers });
  });
  call.on('end', () => { if (!ended) call.end(trailers); });
}

// Whether a response is to be compressed cannot be heeded: README.md of the package names compression of responses among what it does not do.
function answer(request, call) {
  for (const { size } of request.response_parameters) call.write({ payload: zeros(size) });
}

function echoMetadata(call) {
  const trailers = new grpc.Metadata();
  const initial = new grpc.Metadata();
  for (const value of call.metadata.get(ECHO_INITIAL)) initial.add(ECHO_INITIAL, value);
  for (const value of call.metadata.get(ECHO_TRAILING)) trailers.add(ECHO_TRAILING, value);
  if (call.metadata.get(ECHO_INITIAL).length > 0) call.sendMetadata(initial);
  return trailers;
}

function zeros(size) {
  return { body: Buffer.alloc(size) };
}

const server = new grpc.Server();
server.addService(testing.TestService.service, {
  EmptyCall: emptyCall,
  UnaryCall: unaryCall,
  StreamingInputCall: streamingInputCall,
  StreamingOutputCall: streamingOutputCall,
  FullDuplexCall: fullDuplexCall,
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.on('end', () => server.forceShutdown()).resume();
