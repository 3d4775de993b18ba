using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Replay;

namespace Vss.Interlink.Exchange.Tests.Replay;

/// <summary>The ledger decides. A guard that says whatever it likes costs signatures and time, and nothing else.</summary>
public sealed class LyingGuardTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_the_guard_says_one_is_the_first_and_all_get_its_receipt(int seed)
    {
        await using var one = new Hub(_folder.Path, null, null, null, new Liar(new Random(seed)));
        await using var two = new Hub(_folder.Path, null, null, null, new Liar(new Random(-seed)));
        for (var message = 0; message < 12; message++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => (number % 2 == 0 ? one : two).AcceptAsync(Hub.Signed(Dossiers.Small($"m-{message}"))))));
            Assert.Single(answers, answer => !answer.Repeated);
            Assert.Single(answers.Select(answer => Convert.ToHexString(answer.Receipt)).Distinct());
        }
    }

    private sealed class Liar(Random random) : IReplayGuard
    {
        public Task<GuardAnswer> ClaimAsync(ClaimTicket ticket, ExchangeId? disbelieved, CancellationToken cancellation)
        {
            lock (random)
            {
                return Task.FromResult<GuardAnswer>(random.Next(3) switch
                {
                    0 => new GuardAnswer.Taken(),
                    1 => new GuardAnswer.InFlight(default, Task.Delay(5, cancellation)),
                    _ => new GuardAnswer.Accepted(default, ExchangeId.New(TimeProvider.System)),
                });
            }
        }

        public Task<bool> AcceptedAsync(ClaimTicket ticket, ExchangeId exchange, CancellationToken cancellation) => Whatever();

        public Task<bool> ReleaseAsync(ClaimTicket ticket, CancellationToken cancellation) => Whatever();

        public Task<bool> SeeAsync(OrganId partner, string nonce, DateTimeOffset until, CancellationToken cancellation) => Whatever();

        public Task<TimeSpan?> EnterAsync(OrganId partner, string slot, PartnerLimits limits, CancellationToken cancellation) => Task.FromResult<TimeSpan?>(null);

        public Task LeaveAsync(OrganId partner, string slot, CancellationToken cancellation) => Whatever();

        public Task<string?> TroubleAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

        private Task<bool> Whatever()
        {
            lock (random) return Task.FromResult(random.Next(2) == 0);
        }
    }
}
