using System.Security;
using System.Text;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>What is published of the SOAP edge: the files of wsdl/, of which only the address changes.</summary>
internal sealed class WsdlDocument
{
    private const string AddressInFile = "location=\"https://localhost/soap/v1\"";

    private readonly string _wsdl;

    /// <param name="folder">Where interlink-v1.wsdl and interlink-v1.xsd lie.</param>
    public WsdlDocument(string folder)
    {
        _wsdl = File.ReadAllText(Path.Combine(folder, "interlink-v1.wsdl"), Encoding.UTF8);
        Schema = File.ReadAllBytes(Path.Combine(folder, "interlink-v1.xsd"));
        if (!_wsdl.Contains(AddressInFile, StringComparison.Ordinal)) throw new InvalidDataException($"interlink-v1.wsdl has no soap:address with {AddressInFile}.");
    }

    /// <summary>The schema, byte for byte the file.</summary>
    public byte[] Schema { get; }

    /// <summary>The WSDL with the address it is reached under, UTF-8.</summary>
    public byte[] At(Uri address) => Encoding.UTF8.GetBytes(_wsdl.Replace(AddressInFile, $"location=\"{SecurityElement.Escape(address.AbsoluteUri)}\"", StringComparison.Ordinal));

    /// <summary>The address that was asked, or null when the Host header names no host.</summary>
    public static Uri? AddressOf(HttpRequest request) =>
        request.Host.HasValue && Uri.CheckHostName(request.Host.Host.Trim('[', ']')) != UriHostNameType.Unknown
        && Uri.TryCreate($"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase}{request.Path}", UriKind.Absolute, out var address)
            ? address
            : null;
}
