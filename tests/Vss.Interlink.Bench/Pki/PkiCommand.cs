using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Bench.Pki;

/// <summary>"pki": judging a chain of three with its revocation lists at hand, against what the platform's X509Chain alone costs, one thread, no network; and a cold chain with OCSP over loopback.</summary>
internal static class PkiCommand
{
    private const int Leaves = 64;
    private const int ColdTimes = 200;

    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "Length of each run, after the warm-up.", DefaultValueFactory = _ => 1 };
        var rounds = new Option<int>("--rounds") { Description = "Runs of each side.", DefaultValueFactory = _ => 5 };
        var json = new Option<FileInfo?>("--json") { Description = "Where to keep the figures." };
        var command = new Command("pki", "Judging RSA-2048 chains of three (signer, issuing authority, root) with two revocation lists, one thread.") { seconds, rounds, json };
        command.SetAction(async parsed =>
        {
            var load = Machine.LoadNow;
            var chains = new Chains();
            (string Name, Func<Action> Make)[] sides = [("X509Chain alone", chains.Platform), ("first time", chains.First), ("again", chains.Again)];
            foreach (var (_, make) in sides) Microseconds(make(), parsed.GetValue(seconds));
            List<double[]> found = [];
            for (var round = 0; round < parsed.GetValue(rounds); round++) found.Add([.. sides.Select(side => Microseconds(side.Make(), parsed.GetValue(seconds)))]);
            var time = Quantity.Of("time", "µs", found);
            var line = $"dotnet run -c Release --project tests/Vss.Interlink.Bench -- {string.Join(' ', parsed.Tokens.Select(token => token.Value))}";
            var cold = await ColdChain.MeasureAsync(ColdTimes);
            var (median, late) = (cold[cold.Length / 2], cold[cold.Length * 95 / 100]);
            var report = new Report(
                Machine.After(line, load),
                [
                    new Table("A chain of three with revocation at hand", [.. sides.Select(side => side.Name)], [time]),
                    new Table("A cold chain of three, two OCSP answers over loopback", ["median", "95 of 100"], [new Quantity("time", "ms", [median, late], [1, late / median])]),
                ],
                [Goal.Below("a chain of three with cached revocation, µs", time.Medians[2], 150), Goal.Below("a cold chain with OCSP over loopback, ms", median, 20)]);
            await report.PublishAsync(Console.Out, parsed.GetValue(json));
        });
        return command;
    }

    // Processor time: other work on the machine lengthens it least.
    private static double Microseconds(Action act, double seconds)
    {
        var process = Process.GetCurrentProcess();
        var (from, times, watch) = (process.TotalProcessorTime, 0, Stopwatch.StartNew());
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            act();
            times++;
        }

        process.Refresh();
        return (process.TotalProcessorTime - from).TotalMicroseconds / times;
    }

    private sealed class Chains
    {
        private readonly Holder _root = Holder.Root(set: settings => settings.Key = RSA.Create(2048));
        private readonly Holder _issuing;
        private readonly X509Certificate2[] _leaves;
        private readonly CertificateList[] _lists;
        private readonly PathRequest _request = new() { Purpose = CertificatePurpose.Signing, Now = Holder.Now, Revocation = RevocationRule.Required };
        private int _turn;

        public Chains()
        {
            _issuing = _root.Authority("CN=Issuing", settings => settings.Key = RSA.Create(2048));
            var key = RSA.Create(2048);
            _leaves = [.. Enumerable.Range(0, Leaves).Select(number => _issuing.Issue($"CN=Signer {number}", settings => settings.Key = key).Certificate)];
            _lists = [.. new[] { _root.List(), _issuing.List() }.Select(list => CertificateList.TryRead(list)!)];
        }

        /// <summary>What the platform does of it: path and signatures, no revocation.</summary>
        public Action Platform() => () =>
        {
            var leaf = Next();
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(_root.Certificate);
            chain.ChainPolicy.ExtraStore.Add(_issuing.Certificate);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.VerificationTime = Holder.Now.UtcDateTime;
            if (!chain.Build(leaf)) throw new InvalidOperationException("The platform refuses the chain.");
        };

        /// <summary>Each signer as one who was never seen.</summary>
        public Action First()
        {
            var store = Store();
            return () =>
            {
                if (_turn % Leaves == 0) store = Store();
                Judge(store);
            };
        }

        /// <summary>Signers who were seen before.</summary>
        public Action Again()
        {
            var store = Store();
            return () => Judge(store);
        }

        private TrustStore Store() => new([_root.Certificate], [_issuing.Certificate], _lists);

        private void Judge(TrustStore store)
        {
            var leaf = Next();
            if (!new CertificateVerifier(store).Verify(leaf, [], _request).Passed) throw new InvalidOperationException("The chain is refused.");
        }

        private X509Certificate2 Next() => _leaves[_turn++ % Leaves];
    }
}
