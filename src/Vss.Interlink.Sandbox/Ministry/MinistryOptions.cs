using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>Which SOAP the ministry's stack speaks.</summary>
public enum SoapDialect
{
    Soap11,
    Soap12,
}

/// <summary>How attachments travel.</summary>
public enum Packaging
{
    Inline,
    Mtom,
}

/// <summary>One ministry's connection to the hub.</summary>
/// <param name="Endpoint">The hub's SOAP address.</param>
/// <param name="Signer">Certificate with private key.</param>
/// <param name="Anchors">Roots that the hub's TLS certificate and seal must chain to; nothing else is trusted.</param>
/// <param name="HubSubject">Subject that the hub's seal must have.</param>
public sealed record MinistryOptions(Uri Endpoint, X509Certificate2 Signer, X509Certificate2Collection Anchors, string HubSubject)
{
    /// <summary>Certificates between the anchors and the hub, which the hub's messages do not carry.</summary>
    public X509Certificate2Collection Intermediates { get; init; } = [];

    /// <summary>For TLS; null for none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    public SoapDialect Dialect { get; init; }

    /// <summary>Whether requests carry WS-Addressing Action and MessageID.</summary>
    public bool WithAddressing { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
