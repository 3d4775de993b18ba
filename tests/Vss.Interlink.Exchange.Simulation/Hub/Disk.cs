using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Simulation.Partners;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Exchange.Simulation.Hub;

/// <summary>
/// The volume that all nodes share, with bodies and archives: real files, in memory where the machine has room for such. Bodies that nobody names lie on it from the beginning, of an age at which a collection
/// comes for them while letters bring the same content again.
/// </summary>
internal sealed class Disk : IDisposable
{
    private readonly World _world;
    private readonly string _folder;
    private readonly Dictionary<Content, (byte[] Whole, byte[] Damaged)> _damaged = [];

    public Disk(World world)
    {
        _world = world;
        _folder = world.Fixtures.Folder;
        Directory.CreateDirectory(Bodies);
    }

    public string Bodies => Path.Combine(_folder, "bodies");

    public string Archives => Path.Combine(_folder, "archives");

    /// <summary>Whose collection is under way: it has the turn, or may have it soon.</summary>
    public Life? Collector { get; set; }

    /// <summary>Bodies of submissions that came to nothing long ago.</summary>
    public void LeaveOrphans()
    {
        foreach (var content in Content.All.Where(_ => _world.Dice.Chance(0.5)))
        {
            var store = new BodyStore(Bodies, 1 << 20, _world.Fixtures.Keys, new ManualClock(SimulatedStart + _world.Dice.Seconds(-20, 90) - _world.OrphanGrace));
            using var body = store.Begin();
            body.Write(content.Octets);
            body.CommitAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    /// <summary>Whether a body is there, in its place or in the hand of a removal.</summary>
    public bool Holds(Content content) => FileOf(content) is not null;

    /// <summary>A bit falls over in a body that is there.</summary>
    public void Damage(Content content)
    {
        if (FileOf(content) is not { } file || _damaged.ContainsKey(content)) return;
        var whole = File.ReadAllBytes(file);
        byte[] damaged = [.. whole];
        damaged[_world.Dice.Below(damaged.Length)] ^= 0x10;
        Overwrite(file, damaged);
        _damaged.Add(content, (whole, damaged));
        _world.Count("body damaged");
        _world.Note("disk", $"damages {content.Id}");
    }

    /// <summary>Whether its file is damaged still, and not replaced by somebody who sent the content again.</summary>
    public bool IsDamaged(Content content) => _damaged.TryGetValue(content, out var octets) && FileOf(content) is { } file && File.ReadAllBytes(file).AsSpan().SequenceEqual(octets.Damaged);

    /// <summary>Puts back from a copy whatever is damaged still.</summary>
    public void Restore()
    {
        foreach (var (content, octets) in _damaged)
            if (IsDamaged(content)) Overwrite(FileOf(content)!, octets.Whole);
        _damaged.Clear();
    }

    /// <summary>What the process held open, the system closes; so the turn to remove is free again.</summary>
    public void Died(Life life)
    {
        if (Collector != life) return;
        Collector = null;
        File.Delete(Path.Combine(Bodies, "leaving.lock"));
        _world.Count("crash of a collection");
    }

    public void Dispose()
    {
        Directory.Delete(Bodies, recursive: true);
        if (Directory.Exists(Archives)) Directory.Delete(Archives, recursive: true);
    }

    private static DateTimeOffset SimulatedStart => Engine.SimulatedClock.Start;

    private static void Overwrite(string file, byte[] octets)
    {
        var stored = File.GetLastWriteTimeUtc(file);
        File.WriteAllBytes(file, octets);
        File.SetLastWriteTimeUtc(file, stored);
    }

    private string? FileOf(Content content)
    {
        var name = content.Body.Digest.ToString();
        string[] places = [Path.Combine(Bodies, name[..2], name[2..4], name), Path.Combine(Bodies, "leaving", name)];
        return places.FirstOrDefault(File.Exists);
    }
}
