// npm's xml-crypto behind lines: a request on standard input, fields by tabs, gets one line on standard output.
// verify FILE CERTIFICATE: "valid", or "invalid" and why.
// sign FILE OUT KEY CERTIFICATE KIND SIGNATURE_METHOD DIGEST_METHOD C14N_METHOD: "done".
const fs = require('fs');
const readline = require('readline');
const { DOMParser } = require('@xmldom/xmldom');
const { SignedXml } = require('xml-crypto');

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

function verify([, file, certificate]) {
  const xml = fs.readFileSync(file, 'utf8');
  const signatures = new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagNameNS(DS, 'Signature');
  const signed = new SignedXml({ publicCert: fs.readFileSync(certificate, 'utf8'), getCertFromKeyInfo: () => null });
  signed.loadSignature(signatures[signatures.length - 1]);
  return signed.checkSignature(xml) ? 'valid' : 'invalid';
}

function sign([, file, out, key, certificate, kind, signatureMethod, digestMethod, c14nMethod]) {
  const signed = new SignedXml({
    privateKey: fs.readFileSync(key, 'utf8'), publicCert: fs.readFileSync(certificate, 'utf8'),
    signatureAlgorithm: signatureMethod, canonicalizationAlgorithm: c14nMethod,
  });
  const whole = kind === 'enveloped';
  signed.addReference({
    xpath: whole ? '/*' : "//*[@Id='signed']", isEmptyUri: whole, digestAlgorithm: digestMethod,
    transforms: whole ? [ENVELOPED, c14nMethod] : [c14nMethod],
  });
  signed.computeSignature(fs.readFileSync(file, 'utf8'), { prefix: 'ds', location: { reference: '/*', action: 'append' } });
  fs.writeFileSync(out, signed.getSignedXml());
  return 'done';
}

readline.createInterface({ input: process.stdin }).on('line', line => {
  const fields = line.split('\t');
  try {
    console.log(fields[0] === 'verify' ? verify(fields) : sign(fields));
  } catch (failure) {
    console.log('invalid ' + String(failure).replace(/\s+/g, ' '));
  }
});
