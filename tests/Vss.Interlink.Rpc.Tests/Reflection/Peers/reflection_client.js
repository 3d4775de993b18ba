// A foreign tool that knows no service: grpc-js-reflection-client asks a server what it has; @grpc/grpc-js calls a method by that alone.
// Prints one JSON object.
//
// usage: node reflection_client.js ADDRESS v1|v1alpha SERVICE METHOD REQUEST      (REQUEST is JSON)
'use strict';

const grpc = require('@grpc/grpc-js');
const { GrpcReflection } = require('grpc-js-reflection-client');

const [address, version, service, method, request] = process.argv.slice(2);

async function run() {
  const reflection = new GrpcReflection(address, grpc.credentials.createInsecure(), {}, version);
  const services = (await reflection.listServices()).sort();
  const methods = (await reflection.listMethods(service)).map((one) => one.name);
  const missing = await reflection.getDescriptorBySymbol('no.such.Symbol').then(() => null, (error) => error.message);

  const packages = (await reflection.getDescriptorBySymbol(service)).getPackageObject({ keepCase: true, longs: Number });
  const Client = service.split('.').reduce((at, name) => at[name], packages);
  const client = new Client(address, grpc.credentials.createInsecure());
  const answer = await new Promise((resolve, reject) =>
    client[method](JSON.parse(request), { deadline: Date.now() + 10000 }, (error, value) => (error ? reject(error) : resolve(value))));
  client.close();
  return { services, methods, missing, answer };
}

run().then(
  (saw) => { console.log(JSON.stringify(saw)); process.exit(0); },
  (error) => { console.error(error); process.exit(1); });
