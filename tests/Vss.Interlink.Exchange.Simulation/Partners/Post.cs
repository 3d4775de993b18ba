using System.Globalization;
using Vss.Interlink.Exchange.Simulation.Engine;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>What is sent in one simulation: a few letters, some of which get in each other's way.</summary>
internal static class Post
{
    public static IReadOnlyList<Letter> Write(Dice dice, bool withAttachments)
    {
        List<Letter> letters = [];
        for (var number = 1 + dice.Below(3); number > 0; number--) Write(letters, number, dice, withAttachments);
        return letters;
    }

    private static void Write(List<Letter> letters, int number, Dice dice, bool withAttachments)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"m-{number}");
        var sender = dice.Pick([Town.Ministry, Town.Ministry, Town.Axis, Town.Inside]);
        var receivers = Receivers(sender, dice);
        var rivalled = dice.Chance(0.25);
        var name = string.Create(CultureInfo.InvariantCulture, $"letter {number}");
        var seal = sender == Town.Axis && !rivalled && dice.Chance(0.6) ? new byte[] { 1, (byte)number } : null;
        if (dice.Chance(0.05)) receivers = [.. receivers, Town.Unreachable];
        List<Content> attachments = [.. Content.All.Where(_ => withAttachments && dice.Chance(0.35))];
        letters.Add(Letter.Write(name, sender, id, receivers, rivalled, seal, attachments));
        if (rivalled) letters.Add(Letter.Write($"{name}, other content", sender, id, receivers, rivalled, null, attachments));

        // The same sealed document under another id of the axis, and the same id from another organ, which is another message.
        if (seal is not null && dice.Chance(0.5)) letters.Add(Letter.Write(name, sender, $"{id}.again", receivers, false, seal, attachments));
        if (sender == Town.Ministry && dice.Chance(0.15)) letters.Add(Letter.Write($"{name} of another", Town.OtherMinistry, id, [Town.Inside], false));
    }

    private static List<string> Receivers(string sender, Dice dice)
    {
        var others = sender switch
        {
            Town.Ministry => new[] { Town.Inside, Town.OtherMinistry, Town.BehindTheAxis },
            Town.Axis => [Town.Inside, Town.Ministry],
            _ => [Town.Ministry, Town.OtherMinistry, Town.Axis],
        };
        var first = dice.Below(others.Length);
        return dice.Chance(0.3) ? [others[first], others[(first + 1) % others.Length]] : [others[first]];
    }
}
