namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Where in a document the signature comes to stand: as the last child of one of its elements.</summary>
public abstract record SignaturePlace
{
    private SignaturePlace()
    {
    }

    /// <summary>Last in the root element.</summary>
    public static SignaturePlace InRoot { get; } = new Root();

    /// <summary>Last in the element that has an identifier.</summary>
    public static SignaturePlace InElement(string id) => new ById(id);

    /// <summary>Last in the only element of a name, as <c>wsse:Security</c>.</summary>
    public static SignaturePlace InElement(string namespaceName, string localName) => new ByName(namespaceName, localName);

    internal sealed record Root : SignaturePlace;

    internal sealed record ById(string Id) : SignaturePlace;

    internal sealed record ByName(string NamespaceName, string LocalName) : SignaturePlace
    {
        public byte[] Namespace { get; } = System.Text.Encoding.UTF8.GetBytes(NamespaceName);

        public byte[] Local { get; } = System.Text.Encoding.UTF8.GetBytes(LocalName);
    }
}
