using System.Security.Cryptography;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Simulation.Partners;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Promises;

/// <summary>What was attached to an accepted letter is in the store from the commit on, and whoever is given it gets it as it was sent.</summary>
internal sealed class BodyWatch(World world)
{
    /// <summary>Looks after each commit, at all that accepted letters have attached; what an archive holds the store need not.</summary>
    public string? Look(IEnumerable<Letter> accepted)
    {
        foreach (var letter in accepted)
            foreach (var content in letter.Attachments)
                if (!world.Disk!.Holds(content)) return $"'{letter.Name}' is accepted, and its {content.Id} is not in the store";
        return null;
    }

    /// <summary>Somebody is given an attachment.</summary>
    public static string? Given(Attachment attachment, byte[] octets) =>
        Content.Find(ContentDigest.Stored(attachment.Sha256.Span)) is { } content && content.Octets.AsSpan().SequenceEqual(octets) ? null : $"attachment {attachment.Id} is given as something else";

    /// <summary>Everything is settled and a last collection is over: what is named can be read, and nothing else is left.</summary>
    public string? AtTheEnd(IReadOnlyCollection<Letter> accepted, bool storedMeanwhile)
    {
        var store = new BodyStore(world.Disk!.Bodies, 1 << 20, world.Fixtures.Keys, TimeProvider.System);
        foreach (var content in Content.All)
        {
            var isNamed = accepted.Any(letter => letter.Attachments.Contains(content));
            if (!isNamed && !storedMeanwhile && !world.HasArchive && world.Disk.Holds(content)) return $"{content.Id} is named by nothing, and no collection takes it";
            if (!isNamed) continue;
            using var body = store.OpenRead(content.Body.Digest);
            if (!SHA256.HashData(body).AsSpan().SequenceEqual(content.Body.Digest.Octets)) return $"{content.Id} is not what was sent";
        }

        return null;
    }
}
