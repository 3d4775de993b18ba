using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Soap;

public sealed class HeldBytesTests
{
    private const long Limit = 8 * 1024 * 1024;
    private const long Small = HeldBytes.SmallMessage;

    private readonly HeldBytes _held = new(Limit);

    [Fact]
    public void Large_messages_leave_a_quarter_of_the_limit_to_small_ones()
    {
        using var large = _held.Begin(Limit);
        large.Take(Limit);
        var small = new List<HeldShare>();
        for (var count = 0; count < Limit / 4 / Small; count++)
        {
            small.Add(_held.Begin(Small));
            small[^1].Take(Small);
        }

        using var last = _held.Begin();
        Assert.Equal(Fault.Overloaded, Assert.Throws<ExchangeFault>(() => last.Take(1)).Fault);
        small[0].Dispose();
        last.Take(Small);
        small.ForEach(share => share.Dispose());
    }

    [Fact]
    public void Small_messages_use_what_large_ones_leave_free()
    {
        var small = Enumerable.Range(0, (int)(Limit / Small)).Select(_ => _held.Begin()).ToList();
        foreach (var share in small) share.Take(Small);
        small.ForEach(share => share.Dispose());
    }

    [Theory]
    [InlineData(Small + 1)]   // announced
    [InlineData(null)]        // chunked
    public void A_message_that_turns_out_large_counts_as_large_with_all_of_it(long? announced)
    {
        using var first = _held.Begin(announced);
        for (var taken = 0L; taken < Limit; taken += Small / 2) first.Take(Small / 2);
        using var second = _held.Begin(announced);
        if (announced is null) second.Take(Small);
        Assert.Throws<ExchangeFault>(() => second.Take(1));
    }

    [Fact]
    public void What_is_given_back_is_free_for_large_messages_again_and_only_once()
    {
        for (var round = 0; round < 3; round++)
        {
            using var share = _held.Begin();
            share.Take(Small);
            share.Take(Limit - Small);
            share.Dispose();
        }

        using var whole = _held.Begin(Limit);
        whole.Take(Limit);
        using var more = _held.Begin(Limit);
        Assert.Throws<ExchangeFault>(() => more.Take(1));
    }
}
