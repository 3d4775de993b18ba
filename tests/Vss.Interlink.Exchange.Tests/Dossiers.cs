using Google.Protobuf;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests;

/// <summary>Synthetic dossiers: a small one to begin with, and random ones that use every field.</summary>
public static class Dossiers
{
    public const string Ministry = "000.00.00.G18";
    public const string Axis = "H37.DN.001";
    public const string Inside = "G24";

    public static Dossier Small(string messageId = "m-1", string sender = Ministry, string receiver = Inside) => new()
    {
        MessageId = messageId,
        Kind = DossierKind.New,
        Sender = new Organ { Id = sender, Name = "Bộ Y tế" },
        Receivers = { new Organ { Id = receiver } },
        DocumentId = $"{sender},2026/11/21,123/BYT-BH",
        Code = new DocumentCode { Number = "123", Notation = "BYT-BH" },
        PromulgationDate = "2026-11-21",
        Subject = "Về việc đối chiếu dữ liệu",
    };

    /// <summary>A dossier with whatever the random source gives; always within the rules.</summary>
    /// <param name="seed">The same seed gives the same dossier.</param>
    /// <param name="contents">Contents of its attachments, by id.</param>
    public static Dossier Random(int seed, out Dictionary<string, byte[]> contents)
    {
        var random = new Random(seed);
        contents = [];
        var dossier = new Dossier { MessageId = $"m:{seed}", Kind = Pick(random, DossierKind.New, DossierKind.Reply, DossierKind.Update, DossierKind.Status), Sender = Organ(random) };
        Times(random, 1, 3, () => dossier.Receivers.Add(Organ(random)));
        dossier.DocumentId = Text(random);
        if (Maybe(random)) dossier.Code = new DocumentCode { Number = Text(random), Notation = Text(random) };
        dossier.PromulgationPlace = Text(random);
        dossier.PromulgationDate = Pick(random, "", "2026-11-21", "2014/02/30");
        if (Maybe(random)) dossier.DocumentType = new DocumentType { Name = Text(random) };
        if (dossier.DocumentType is { } type && Maybe(random)) type.Type = random.Next(-1, 30);
        dossier.Subject = Text(random);
        dossier.Content = Text(random);
        if (Maybe(random)) dossier.Signer = new Signer { Competence = "TM.", FullName = Text(random) };
        dossier.DueDate = Pick(random, "", "2026-12-31");
        Times(random, 0, 3, () => dossier.ToPlaces.Add(Text(random)));
        if (Maybe(random)) dossier.Other = new OtherInfo { Priority = random.Next(5), Sphere = Text(random), Direction = Maybe(random), Appendixes = { Text(random) }, ReplyFors = { Text(random) } };
        Times(random, 0, 2, () => dossier.ResponseTo.Add(new ResponseTo { OrganId = "G22", Code = Text(random), PromulgationDate = "2014/02/30" }));
        if (Maybe(random)) dossier.SteeringType = random.Next(3);
        Times(random, 0, 2, () => dossier.TaskCodes.Add(Text(random)));
        dossier.ApplicationType = Pick(random, "", "MCDT_DT");
        Times(random, 0, 2, () => dossier.Trace.Add(new TraceEntry { OrganId = "G22", Timestamp = "2026-11-21T08:00:00+07:00" }));
        if (Maybe(random)) dossier.Business = Business(random);
        if (dossier.Kind == DossierKind.Status) dossier.Status = new DocumentStatus { Code = "03", Description = Text(random), Timestamp = "2026-11-21T08:00:00+07:00", Staff = new Staff { Name = Text(random) } };
        Times(random, 0, 3, () => dossier.Fields.Add(new Field { Name = Text(random), Value = Text(random) }));
        for (var number = random.Next(3); number > 0; number--)
        {
            var content = new byte[random.Next(200_000)];
            random.NextBytes(content);
            contents.Add($"a-{number}", content);
            dossier.Attachments.Add(new Attachment
            {
                Id = $"a-{number}",
                Name = Text(random),
                ContentType = Pick(random, "", "application/pdf"),
                Description = Text(random),
                Size = content.Length,
                Sha256 = ByteString.CopyFrom(System.Security.Cryptography.SHA256.HashData(content)),
            });
        }

        Times(random, 0, 2, () => dossier.Extensions.Add(new Extension { Source = "urn:x", Path = "Dossier/y", Xml = "<y xmlns=\"urn:x\">1 &lt; 2</y>", Value = Text(random) }));
        return dossier;
    }

    private static Organ Organ(Random random) => new() { Id = $"G{random.Next(100)}.{random.Next(1000)}", Name = Text(random), Email = Text(random) };

    private static Business Business(Random random)
    {
        var business = new Business { DocumentId = Text(random), DocType = random.Next(4), Reason = Text(random), Paper = random.Next(2), Staff = new Staff { Mobile = Text(random) } };
        Times(random, 0, 2, () => business.Receivers.Add(new ReceiverChange { OrganId = "G22", Type = random.Next(2) }));
        Times(random, 0, 2, () => business.Replacements.Add(new ReplacementInfo { DocumentId = Text(random), OrganIds = { "G22", "H29" } }));
        return business;
    }

    // What hurts serialisers: markup, white space at the ends and inside, line ends, letters outside ASCII and outside the basic plane.
    private static string Text(Random random) => Pick(random, "", "x", " <a href=\"&amp;\">]]> ", "\ttab\r\nline\n", "Bảo hiểm xã hội", "𠀀 𝒳", new string('y', random.Next(2000)));

    private static bool Maybe(Random random) => random.Next(2) == 0;

    private static T Pick<T>(Random random, params T[] of) => of[random.Next(of.Length)];

    private static void Times(Random random, int least, int most, Action act)
    {
        for (var left = random.Next(least, most + 1); left > 0; left--) act();
    }
}
