// gRPC's interop cases with @grpc/grpc-js: node client.js DESCRIPTORS PORT CA CASE...
//
// Plays each case against 127.0.0.1:PORT and prints "CASE ok" or "CASE failed: WHY". CA is the file with the authority of the server's certificate,
// or empty for clear text. The cases are those of gRPC's interop test descriptions.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const DEADLINE_MILLIS = 30_000;
const REQUEST_SIZES = [27182, 8, 1828, 45904];
const RESPONSE_SIZES = [31415, 9, 2653, 58979];
const INITIAL_KEY = 'x-grpc-test-echo-initial';
const INITIAL_VALUE = 'test_initial_metadata_value';
const TRAILING_KEY = 'x-grpc-test-echo-trailing-bin';
const TRAILING_VALUE = Buffer.from([0xab, 0xab, 0xab]);
const SPECIAL_MESSAGE = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';

const zeros = (size) => ({ body: Buffer.alloc(size) });
const soon = (millis = DEADLINE_MILLIS) => ({ deadline: Date.now() + millis });
const largeRequest = () => ({ response_size: 314159, payload: zeros(271828) });
const outputRequest = (size, ...responses) => ({
  payload: zeros(size),
  response_parameters: responses.map((n) => ({ size: n })),
});

// One unary or client-streaming call: its response, or the error, with the metadata of both ends.
function outcome(start) {
  return new Promise((resolve) => {
    const result = {};
    const call = start((error, response) => Object.assign(result, { error, response, settled: true }));
    call.on('metadata', (metadata) => (result.initial = metadata));
    call.on('status', (status) => {
      result.status = status;
      setImmediate(() => resolve(result));
    });
  });
}

// The messages and the end of a call that streams responses.
class Responses {
  constructor(call) {
    this.queue = [];
    this.waiting = [];
    call.on('data', (message) => this.push({ message }));
    call.on('error', () => {}); // comes as the status too
    call.on('metadata', (metadata) => (this.initial = metadata));
    call.on('status', (status) => this.push({ status }));
  }

  push(item) {
    const waiting = this.waiting.shift();
    if (waiting) waiting(item);
    else this.queue.push(item);
  }

  next() {
    return this.queue.length ? Promise.resolve(this.queue.shift()) : new Promise((resolve) => this.waiting.push(resolve));
  }

  async sizes() {
    const sizes = [];
    for (;;) {
      const { message, status } = await this.next();
      if (status) return { sizes, status };
      sizes.push(message.payload.body.length);
    }
  }
}

function code(result, wanted) {
  const got = result.status.code;
  assert.strictEqual(got, wanted, `status ${got} (${result.status.details}), wanted ${wanted}`);
}

const cases = {
  async empty_unary({ client }) {
    const result = await outcome((done) => client.emptyCall({}, soon(), done));
    code(result, grpc.status.OK);
  },

  async large_unary({ client }) {
    const result = await outcome((done) => client.unaryCall(largeRequest(), soon(), done));
    code(result, grpc.status.OK);
    assert.ok(result.response.payload.body.equals(Buffer.alloc(314159)), 'the response is another one');
  },

  async client_streaming({ client }) {
    const result = await outcome((done) => {
      const call = client.streamingInputCall(soon(), done);
      REQUEST_SIZES.forEach((size) => call.write({ payload: zeros(size) }));
      call.end();
      return call;
    });
    code(result, grpc.status.OK);
    assert.strictEqual(result.response.aggregated_payload_size, REQUEST_SIZES.reduce((a, b) => a + b));
  },

  async server_streaming({ client }) {
    const call = client.streamingOutputCall(outputRequest(0, ...RESPONSE_SIZES), soon());
    const result = await new Responses(call).sizes();
    code(result, grpc.status.OK);
    assert.deepStrictEqual(result.sizes, RESPONSE_SIZES);
  },

  async ping_pong({ client }) {
    const call = client.fullDuplexCall(soon());
    const responses = new Responses(call);
    for (let i = 0; i < REQUEST_SIZES.length; i++) {
      call.write(outputRequest(REQUEST_SIZES[i], RESPONSE_SIZES[i]));
      const { message, status } = await responses.next();
      assert.ok(message, `ended with ${status && status.code}`);
      assert.strictEqual(message.payload.body.length, RESPONSE_SIZES[i]);
    }
    call.end();
    const result = await responses.sizes();
    code(result, grpc.status.OK);
    assert.deepStrictEqual(result.sizes, []);
  },

  async empty_stream({ client }) {
    const call = client.fullDuplexCall(soon());
    call.end();
    const result = await new Responses(call).sizes();
    code(result, grpc.status.OK);
    assert.deepStrictEqual(result.sizes, []);
  },

  async cancel_after_begin({ client }) {
    const result = await outcome((done) => {
      const call = client.streamingInputCall(soon(), done);
      setImmediate(() => call.cancel());
      return call;
    });
    code(result, grpc.status.CANCELLED);
  },

  async cancel_after_first_response({ client }) {
    const call = client.fullDuplexCall(soon());
    const responses = new Responses(call);
    call.write(outputRequest(REQUEST_SIZES[0], RESPONSE_SIZES[0]));
    const { message } = await responses.next();
    assert.strictEqual(message.payload.body.length, RESPONSE_SIZES[0]);
    call.cancel();
    code(await responses.sizes(), grpc.status.CANCELLED);
  },

  async timeout_on_sleeping_server({ client }) {
    const call = client.fullDuplexCall(soon(1));
    call.write(outputRequest(27182));
    code(await new Responses(call).sizes(), grpc.status.DEADLINE_EXCEEDED);
  },

  async custom_metadata({ client }) {
    const metadata = new grpc.Metadata();
    metadata.set(INITIAL_KEY, INITIAL_VALUE);
    metadata.set(TRAILING_KEY, TRAILING_VALUE);
    const echoed = (initial, status) => {
      assert.deepStrictEqual(initial.get(INITIAL_KEY), [INITIAL_VALUE]);
      assert.ok(TRAILING_VALUE.equals(status.metadata.get(TRAILING_KEY)[0]), 'the trailing metadata are other ones');
    };
    const unary = await outcome((done) => client.unaryCall(largeRequest(), metadata, soon(), done));
    code(unary, grpc.status.OK);
    echoed(unary.initial, unary.status);
    const call = client.fullDuplexCall(metadata, soon());
    const responses = new Responses(call);
    call.write(outputRequest(271828, 314159));
    call.end();
    const result = await responses.sizes();
    code(result, grpc.status.OK);
    assert.deepStrictEqual(result.sizes, [314159]);
    echoed(responses.initial, result.status);
  },

  async status_code_and_message({ client }) {
    const status = { code: 2, message: 'test status message' };
    const unary = await outcome((done) => client.unaryCall({ response_status: status }, soon(), done));
    code(unary, grpc.status.UNKNOWN);
    assert.strictEqual(unary.status.details, status.message);
    const call = client.fullDuplexCall(soon());
    const responses = new Responses(call);
    call.write({ response_status: status });
    call.end();
    const result = await responses.sizes();
    code(result, grpc.status.UNKNOWN);
    assert.strictEqual(result.status.details, status.message);
  },

  async special_status_message({ client }) {
    const status = { code: 2, message: SPECIAL_MESSAGE };
    const result = await outcome((done) => client.unaryCall({ response_status: status }, soon(), done));
    code(result, grpc.status.UNKNOWN);
    assert.strictEqual(result.status.details, SPECIAL_MESSAGE);
  },

  async unimplemented_method({ client }) {
    code(await outcome((done) => client.unimplementedCall({}, soon(), done)), grpc.status.UNIMPLEMENTED);
  },

  async unimplemented_service({ other }) {
    code(await outcome((done) => other.unimplementedCall({}, soon(), done)), grpc.status.UNIMPLEMENTED);
  },
};

function connect(descriptors, port, ca) {
  const definition = loader.loadFileDescriptorSetFromBuffer(fs.readFileSync(descriptors));
  const { TestService, UnimplementedService } = grpc.loadPackageDefinition(definition).grpc.testing;
  const credentials = ca ? grpc.credentials.createSsl(fs.readFileSync(ca)) : grpc.credentials.createInsecure();
  const options = ca ? { 'grpc.ssl_target_name_override': 'foo.test.google.fr' } : {};
  const address = `127.0.0.1:${port}`;
  return {
    client: new TestService(address, credentials, options),
    other: new UnimplementedService(address, credentials, options),
  };
}

async function main(descriptors, port, ca, ...names) {
  let failed = 0;
  for (const name of names) {
    const clients = connect(descriptors, port, ca);
    try {
      await cases[name](clients);
      console.log(`${name} ok`);
    } catch (error) {
      failed++;
      console.log(`${name} failed: ${String(error).replace(/\s+/g, ' ')}`);
    } finally {
      clients.client.close();
      clients.other.close();
    }
  }
  process.exitCode = failed ? 1 : 0;
}

main(...process.argv.slice(2));
