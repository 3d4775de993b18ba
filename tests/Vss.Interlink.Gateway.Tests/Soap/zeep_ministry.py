"""A ministry on python3-zeep: submits a dossier twice, provokes a conflict, asks for status and receipt, and verifies every answer.

Prints one JSON object. Exits with 2 and the names of the Debian packages when they are missing.
"""
import base64
import datetime
import hashlib
import json
import sys

try:
    import requests
    import xmlsec
    from lxml import etree
    from zeep import Client, Settings, ns
    from zeep.exceptions import Fault
    from zeep.transports import Transport
    from zeep.wsse.signature import BinarySignature, _verify_envelope_with_key
    from zeep.wsse.utils import WSU, get_security_header
except ImportError as missing:
    sys.exit(f"{missing}: apt-get install python3-zeep python3-xmlsec")

INTERLINK = "urn:vss:interlink:v1"


class TimestampedSignature(BinarySignature):
    """zeep signs a Timestamp when there is one, but makes none; and it verifies answers by the caller's certificate instead of the hub's."""

    def __init__(self, key, certificate, hub):
        super().__init__(key, certificate, signature_method=xmlsec.Transform.RSA_SHA256, digest_method=xmlsec.Transform.SHA256)
        self.hub = xmlsec.Key.from_file(hub, xmlsec.KeyFormat.CERT_PEM, None)
        self.verified = 0

    def apply(self, envelope, headers):
        now = datetime.datetime.now(datetime.timezone.utc)
        timestamp = WSU.Timestamp(
            WSU.Created(now.strftime("%Y-%m-%dT%H:%M:%SZ")),
            WSU.Expires((now + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")))
        get_security_header(envelope).append(timestamp)
        return super().apply(envelope, headers)

    def verify(self, envelope):
        _verify_envelope_with_key(envelope, self.hub)
        signed = {reference.get("URI")[1:] for reference in envelope.iter(f"{{{ns.DS}}}Reference")}
        body = next(child for child in envelope if etree.QName(child).localname == "Body")
        timestamp = envelope.find(f".//{{{ns.WSSE}}}Security/{{{ns.WSU}}}Timestamp")
        for part in (body, timestamp):
            if part.get(f"{{{ns.WSU}}}Id") not in signed:
                raise ValueError(f"{part.tag} of the answer is not signed")
        self.verified += 1


def dossier(sender, receiver, subject):
    content = b"stt;ten\n1;Don vi A\n" * 1000
    return {
        "MessageId": "zeep-1",
        "Kind": "NEW",
        "Sender": {"Id": sender},
        "Receiver": [{"Id": receiver}],
        "Subject": subject,
        "Attachment": [{
            "Id": "list.csv", "Name": "list.csv", "ContentType": "text/csv", "Size": len(content),
            "Sha256": hashlib.sha256(content).digest(), "Content": content}],
    }


def conflict_of(service, sender, receiver):
    try:
        service.SubmitDossier(Dossier=dossier(sender, receiver, "something else"))
    except Fault as fault:
        return fault.detail.find(f".//{{{INTERLINK}}}Name").text
    return "accepted"


def main(wsdl, port, sender, receiver, key, certificate, tls, hub):
    session = requests.Session()
    session.verify = tls
    session.trust_env = False
    signature = TimestampedSignature(key, certificate, hub)
    client = Client(wsdl, wsse=signature, transport=Transport(session=session, timeout=30, operation_timeout=30), settings=Settings(strict=True))
    service = client.bind("Interlink", port)

    first = service.SubmitDossier(Dossier=dossier(sender, receiver, "Đối chiếu dữ liệu <1 & 2>"))
    again = service.SubmitDossier(Dossier=dossier(sender, receiver, "Đối chiếu dữ liệu <1 & 2>"))
    conflict = conflict_of(service, sender, receiver)
    status = service.GetStatus(OrganId=sender, MessageId="zeep-1")
    receipt = service.GetReceipt(OrganId=sender, ExchangeId=first.ExchangeId)
    if signature.verified != 5:
        raise ValueError(f"{signature.verified} of 5 answers were verified")
    json.dump({
        "exchange_id": first.ExchangeId,
        "repeated": first.Repeated,
        "repeated_again": again.Repeated,
        "receipt": base64.b64encode(first.Receipt).decode(),
        "receipt_again": base64.b64encode(again.Receipt).decode(),
        "receipt_asked": base64.b64encode(receipt.Receipt).decode(),
        "receiver": status.Delivery[0].Receiver,
        "conflict": conflict,
    }, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
