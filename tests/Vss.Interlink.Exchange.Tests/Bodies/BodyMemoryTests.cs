using Vss.Interlink.Exchange.Bodies;

namespace Vss.Interlink.Exchange.Tests.Bodies;

/// <summary>Runs alone: what a process has allocated is counted for all its tests together.</summary>
[CollectionDefinition(nameof(BodyMemoryTests), DisableParallelization = true)]
public sealed class RunsAlone;

[Collection(nameof(BodyMemoryTests))]
public sealed class BodyMemoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Memory_does_not_grow_with_the_body()
    {
        var store = new BodyStore(_folder.Path, 1L << 30, TestBodyKeys.One, TimeProvider.System);
        await store.StoreAsync(new EndlessStream(2 << 20), CancellationToken.None);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var body = await store.StoreAsync(new EndlessStream(64 << 20), CancellationToken.None);
        await using (var content = store.OpenRead(body.Digest)) await content.CopyToAsync(Stream.Null);

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 8 << 20);
    }
}
