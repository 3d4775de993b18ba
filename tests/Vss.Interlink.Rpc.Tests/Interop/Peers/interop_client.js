// The interop cases' client of @grpc/grpc-js. Each line of its standard input names a case; it answers each with "ok" or with what failed, on one line.
//
// usage: node interop_client.js ADDRESS
'use strict';
const assert = require('assert').strict;
const path = require('path');
const readline = require('readline');
const { once } = require('events');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const { testing } = grpc.loadPackageDefinition(
  loader.loadSync(path.join(__dirname, '..', 'Protos', 'interop.proto'), { keepCase: true, defaults: true })).grpc;
const ECHO_INITIAL = 'x-grpc-test-echo-initial';
const ECHO_TRAILING = 'x-grpc-test-echo-trailing-bin';
const YES = { value: true };
const NO = { value: false };
const NO_COMPRESS = 2; // WriteFlags.NoCompress, which the package does not export

const address = process.argv[2];
const insecure = grpc.credentials.createInsecure();
const service = new testing.TestService(address, insecure);
const compressing = new testing.TestService(address, insecure, { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
const unimplementedService = new testing.UnimplementedService(address, insecure);

const cases = {
  async empty_unary() {
    assert.deepEqual({ ...(await unary(service, 'EmptyCall', {})).response }, {});
  },

  async large_unary() {
    expectLarge(await unary(service, 'UnaryCall', large()));
  },

  async client_streaming() {
    const { call, response } = upload(service);
    for (const size of [27182, 8, 1828, 45904]) call.write({ payload: zeros(size) });
    call.end();
    assert.equal((await response).aggregated_payload_size, 74922);
  },

  async server_streaming() {
    const sizes = [31415, 9, 2653, 58979];
    await expectSizes(service.StreamingOutputCall({ response_parameters: sizes.map((size) => ({ size })) }, deadline()), sizes);
  },

  async ping_pong() {
    const call = service.FullDuplexCall(deadline());
    const ended = endOf(call);
    for (const [requested, sent] of [[31415, 27182], [9, 8], [2653, 1828], [58979, 45904]]) {
      const response = once(call, 'data');
      call.write(ask(requested, sent));
      expectZeros(requested, (await response)[0].payload);
    }
    call.on('data', () => assert.fail('a fifth response'));
    call.end();
    assert.equal((await ended).code, grpc.status.OK);
  },

  async empty_stream() {
    const call = service.FullDuplexCall(deadline());
    call.end();
    await expectSizes(call, []);
  },

  async custom_metadata() {
    const metadata = new grpc.Metadata();
    metadata.set(ECHO_INITIAL, 'test_initial_metadata_value');
    metadata.set(ECHO_TRAILING, Buffer.from('ababab', 'hex'));
    const echoed = ({ headers, status }) => {
      assert.deepEqual(headers.get(ECHO_INITIAL), ['test_initial_metadata_value']);
      assert.deepEqual(status.metadata.get(ECHO_TRAILING), [Buffer.from('ababab', 'hex')]);
    };
    const answer = await unary(service, 'UnaryCall', large(), metadata);
    expectLarge(answer);
    echoed(answer);

    const call = service.FullDuplexCall(metadata, deadline());
    const headers = once(call, 'metadata');
    call.write(ask(314159, 271828));
    call.end();
    const status = await expectSizes(call, [314159]);
    echoed({ headers: (await headers)[0], status });
  },

  async status_code_and_message() {
    const status = { code: 2, message: 'test status message' };
    await expectFailure(status, unary(service, 'UnaryCall', { response_status: status }));
    const call = service.FullDuplexCall(deadline());
    call.on('data', () => assert.fail('a response'));
    call.write({ response_status: status });
    call.end();
    const { code, details } = await endOf(call);
    assert.deepEqual({ code, message: details }, status);
  },

  async special_status_message() {
    const status = { code: 2, message: '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n' };
    await expectFailure(status, unary(service, 'UnaryCall', { response_status: status }));
  },

  async unimplemented_method() {
    await expectCode(grpc.status.UNIMPLEMENTED, unary(service, 'UnimplementedCall', {}));
  },

  async unimplemented_service() {
    await expectCode(grpc.status.UNIMPLEMENTED, unary(unimplementedService, 'UnimplementedCall', {}));
  },

  async cancel_after_begin() {
    const { call, response } = upload(service);
    call.cancel();
    await expectCode(grpc.status.CANCELLED, response);
  },

  async cancel_after_first_response() {
    const call = service.FullDuplexCall(deadline());
    const ended = endOf(call);
    const response = once(call, 'data');
    call.write(ask(31415, 27182));
    expectZeros(31415, (await response)[0].payload);
    call.cancel();
    assert.equal((await ended).code, grpc.status.CANCELLED);
  },

  async timeout_on_sleeping_server() {
    const call = service.FullDuplexCall({ deadline: Date.now() + 1 });
    const ended = endOf(call);
    call.on('data', () => assert.fail('a response'));
    call.write({ payload: zeros(27182) });
    assert.equal((await ended).code, grpc.status.DEADLINE_EXCEEDED);
  },

  async client_compressed_unary() {
    await expectCode(grpc.status.INVALID_ARGUMENT, unary(service, 'UnaryCall', large({ expect_compressed: YES })));
    expectLarge(await unary(compressing, 'UnaryCall', large({ expect_compressed: YES })));
    expectLarge(await unary(service, 'UnaryCall', large({ expect_compressed: NO })));
  },

  async server_compressed_unary() {
    expectLarge(await unary(service, 'UnaryCall', large({ response_compressed: YES })));
    expectLarge(await unary(service, 'UnaryCall', large({ response_compressed: NO })));
  },

  async client_compressed_streaming() {
    const compressed = { expect_compressed: YES, payload: zeros(27182) };
    const probe = upload(service);
    probe.call.end(compressed);
    await expectCode(grpc.status.INVALID_ARGUMENT, probe.response);

    const { call, response } = upload(compressing, { interceptors: [secondUncompressed] });
    call.write(compressed);
    call.end({ expect_compressed: NO, payload: zeros(45904) });
    assert.equal((await response).aggregated_payload_size, 73086);
  },

  async server_compressed_streaming() {
    const request = { response_parameters: [{ compressed: YES, size: 31415 }, { compressed: NO, size: 92653 }] };
    await expectSizes(service.StreamingOutputCall(request, deadline()), [31415, 92653]);
  },
};

// A write of Node's streams takes an encoding, not flags; the flags of a message are the interceptors' to set.
function secondUncompressed(options, nextCall) {
  let sent = 0;
  const call = nextCall(options);
  const send = call.sendMessageWithContext.bind(call);
  call.sendMessageWithContext = (context, message) => {
    sent += 1;
    send(sent === 2 ? { ...context, flags: NO_COMPRESS } : context, message);
  };
  return new grpc.InterceptingCall(call);
}

function deadline() {
  return { deadline: Date.now() + 10000 };
}

function large(fields) {
  return { response_size: 314159, payload: zeros(271828), ...fields };
}

function ask(responseSize, size) {
  return { response_parameters: [{ size: responseSize }], payload: zeros(size) };
}

function zeros(size) {
  return { body: Buffer.alloc(size) };
}

// The response of a unary call with its initial metadata and its status; rejected with the status of a call that failed.
async function unary(client, method, request, metadata = new grpc.Metadata()) {
  let call;
  const response = new Promise((resolve, reject) => {
    call = client[method](request, metadata, deadline(), (error, value) => (error ? reject(error) : resolve(value)));
  });
  const headers = once(call, 'metadata').then(([received]) => received);
  const status = once(call, 'status').then(([received]) => received);
  return { response: await response, headers: await headers, status: await status };
}

function upload(client, options) {
  let call;
  const response = new Promise((resolve, reject) => {
    call = client.StreamingInputCall({ ...deadline(), ...options }, (error, value) => (error ? reject(error) : resolve(value)));
  });
  call.on('error', () => {}); // writes to a call that has ended; the response tells how it did
  return { call, response };
}

function endOf(call) {
  call.on('error', () => {}); // the status says the same
  return new Promise((resolve) => { call.once('status', resolve); });
}

function expectZeros(size, payload) {
  assert.equal(payload.body.length, size);
  assert.ok(payload.body.equals(Buffer.alloc(size)), 'not all zeros');
}

function expectLarge({ response }) {
  expectZeros(314159, response.payload);
}

async function expectSizes(call, sizes) {
  const received = [];
  const ended = endOf(call);
  call.on('data', (response) => received.push(response.payload));
  const status = await ended;
  assert.equal(status.code, grpc.status.OK);
  assert.deepEqual(received.map((payload) => payload.body.length), sizes);
  received.forEach((payload, i) => expectZeros(sizes[i], payload));
  return status;
}

async function expectCode(code, call) {
  const error = await call.then(() => assert.fail(`ended well, not with ${code}`), (failure) => failure);
  assert.equal(error.code, code, error.message);
  return error;
}

async function expectFailure(status, call) {
  const error = await expectCode(status.code, call);
  assert.equal(error.details, status.message);
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      await cases[line]();
      console.log('ok');
    } catch (problem) {
      console.log(String(problem).replace(/\s+/g, ' ').slice(0, 500));
    }
  }
  for (const client of [service, compressing, unimplementedService]) client.close();
})();
