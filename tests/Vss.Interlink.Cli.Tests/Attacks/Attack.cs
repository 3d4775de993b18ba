using System.Text;
using System.Xml;

namespace Vss.Interlink.Cli.Tests.Attacks;

/// <summary>One forged document.</summary>
/// <param name="Name">For the table of cases.</param>
/// <param name="Document">Its octets.</param>
/// <param name="Rule">
/// The rule that refuses it; null where the signed part is still whole in a document that needs no more than a part signed: such a document passes, with scope partial, and must
/// not when the whole of it is required.
/// </param>
internal sealed record Attack(string Name, byte[] Document, string? Rule)
{
    public const string EvilText = "evil";

    public Attack(string name, XmlDocument document, string? rule)
        : this(name, SignedShape.Octets(document), rule)
    {
    }

    public Attack(string name, string document, string? rule)
        : this(name, Encoding.UTF8.GetBytes(document), rule)
    {
    }

    /// <summary>All of them, each against each shape that it can be built upon.</summary>
    public static IEnumerable<Attack> All() => [.. SignedShape.All.SelectMany(WrappingAttacks.On), .. SignedShape.All.SelectMany(ForgeryAttacks.On), .. MessageAttacks.All()];
}
