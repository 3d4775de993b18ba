using System.Globalization;
using System.Text;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Crashes;

/// <summary>A ministry that sends one dossier after the other, each to whichever hub comes to hand and again under the same id until it has a receipt; now and then to both at once, or one that it sent before.</summary>
internal sealed class BusyMinistry(string name, int seed, IReadOnlyList<HubProcess> hubs, PartnerRecords records)
{
    private static readonly TimeSpan s_answerPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pauseAfterNoAnswer = TimeSpan.FromMilliseconds(100);

    private readonly Random _choices = new(seed);

    public async Task SendAsync(CancellationToken stop)
    {
        var clients = hubs.Select(hub => hub.Ministry()).ToList();
        try
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
            {
                var dossier = Dossier(number);
                records.Send(dossier);
                await UntilReceiptAsync(clients, dossier);
                if (_choices.Next(8) == 0) await AttemptAsync(Any(clients), Dossier(_choices.Next(number + 1)));
                await Task.Delay(_choices.Next(100), CancellationToken.None);
            }
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    // The sender owns the message until it has a receipt: it goes on, also when no more are to be sent.
    private async Task UntilReceiptAsync(List<MinistryClient> clients, MinistryDossier dossier)
    {
        while (true)
        {
            IEnumerable<MinistryClient> now = _choices.Next(4) == 0 ? clients : [Any(clients)];
            if ((await Task.WhenAll(now.Select(client => AttemptAsync(client, dossier)))).Any(isAccepted => isAccepted)) return;
            await Task.Delay(s_pauseAfterNoAnswer, CancellationToken.None);
        }
    }

    private async Task<bool> AttemptAsync(MinistryClient client, MinistryDossier dossier)
    {
        using var patience = new CancellationTokenSource(s_answerPatience);
        try
        {
            var reply = await client.SubmitAsync(dossier, cancellation: patience.Token);
            if (reply.Answer is { } answer) records.Receive(dossier.MessageId, answer.Receipt);
            else if (!reply.Fault!.Passing) records.Complain($"{dossier.MessageId} was refused for good: {reply.Fault.Name} {reply.Fault.Rule}");
            return reply.Answer is not null;
        }
        catch (Exception noAnswer) when (noAnswer is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private MinistryClient Any(List<MinistryClient> clients) => clients[_choices.Next(clients.Count)];

    // The same number is the same dossier: a repeat is made anew, as by a system that keeps its data and not its messages.
    private MinistryDossier Dossier(int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        return Dossiers.FromMinistry(id) with { Attachments = [new MinistryAttachment("list", "danh-sach.txt", "text/plain", Encoding.UTF8.GetBytes($"Danh sách của {id} (dữ liệu mẫu)\n"))] };
    }
}
