using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Trust.Tests.Cms;

/// <summary>A signer and two authorities of time stamps, whose certificates end one after the other. The signer signs on day 0; numbers are days from then.</summary>
public abstract class YearsLater
{
    private static readonly DateTimeOffset s_signed = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    protected YearsLater()
    {
        Time = TimeRoot.TimeAuthority("CN=Time", Lives(-100, 400));
        Later = TimeRoot.TimeAuthority("CN=Later", Lives(200, 4000));
        Signer = Root.Issue("CN=Signer", Lives(-100, 300));
    }

    protected Holder Root { get; } = Holder.Root("CN=Root", Lives(-1000, 9000));

    protected Holder TimeRoot { get; } = Holder.Root("CN=Time root", Lives(-1000, 9000));

    protected Holder Time { get; }

    protected Holder Later { get; }

    protected Holder Signer { get; }

    protected static DateTimeOffset Day(int day) => s_signed.AddDays(day);

    protected static Action<CertificateSettings> Lives(int from, int to) => settings => (settings.NotBefore, settings.NotAfter) = (Day(from), Day(to));

    protected static byte[] List(Holder issuer, int from, int to, Action<ListSettings>? set = null) => issuer.List(list =>
    {
        (list.ThisUpdate, list.NextUpdate) = (Day(from), Day(to));
        set?.Invoke(list);
    });
}
