namespace Vss.Interlink.EdXml.Tests;

/// <summary>Packets with any of their parts there or not, and values that are hard on a writer.</summary>
internal static class RandomPackets
{
    private static readonly string[] Pieces = ["a", "Đ", "ế", "\n", "\r\n", " ", "\t", "<", "&", ">", "\"", "'", "]]>", "\ud83d\ude00", "\u0085", "\u2028", "0"];

    public static EdXmlPacket Next(Random random)
    {
        var full = Packets.Document();
        var header = full.Header with
        {
            Subject = "s" + Value(random),
            Content = Maybe(random, Value(random)),
            ToPlaces = Many(random, () => Value(random)),
            DueDate = Maybe(random, "2026/03/04"),
            SignerInfo = Maybe(random, new SignerInfo { FullName = Value(random), Position = Value(random) }),
            OtherInfo = Maybe(random, full.Header.OtherInfo! with { Appendixes = Many(random, () => Value(random)), Direction = Maybe(random, "true") }),
            ResponseFor = Many(random, () => new ResponseFor { Code = Maybe(random, Value(random)), DocumentId = Maybe(random, Value(random)) }),
            ResponseForTask = Many(random, () => Value(random)),
            ApplicationType = Maybe(random, Value(random)),
            Extensions = Many(random, () => Extension(random, 0)),
            From = full.Header.From with { OrganAdd = Maybe(random, Value(random)), Extensions = Many(random, () => Extension(random, 1)) },
        };
        var bussiness = full.Bussiness! with
        {
            BussinessDocReason = Maybe(random, Value(random)),
            BussinessDocumentInfo = Maybe(random, full.Bussiness.BussinessDocumentInfo),
            StaffInfo = Maybe(random, full.Bussiness.StaffInfo),
            Extensions = Many(random, () => Extension(random, 1)),
        };
        return new EdXmlPacket { Header = header, Bussiness = Maybe(random, bussiness), TraceHeaders = full.TraceHeaders };
    }

    private static EdXmlElement Extension(Random random, int depth) =>
        new($"Ext{random.Next(3)}", random.Next(2) == 0 ? Packets.Q : $"urn:example:{random.Next(3)}", depth < 2 && random.Next(2) == 0 ? null : Value(random))
        {
            Attributes = random.Next(3) == 0 ? [new EdXmlAttribute("at", random.Next(2) == 0 ? "" : "urn:example:at", "v&\"")] : [],
            Children = depth < 2 ? Many(random, () => Extension(random, depth + 1)) : [],
        };

    private static string Value(Random random) => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private static T? Maybe<T>(Random random, T? value) where T : class => random.Next(3) == 0 ? null : value;

    private static List<T> Many<T>(Random random, Func<T> one) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => one())];
}
