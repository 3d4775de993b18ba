using System.Text;
using System.Xml.Linq;
using Vss.Interlink.EdXml;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Office;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>From the axis to the inside.</summary>
[Collection(SharedHubTests.Name)]
public sealed class AxisInTests(SharedHub shared)
{
    private static readonly XNamespace Q = "http://www.mic.gov.vn/TBT/QCVN_102_2016";
    private static readonly Dictionary<string, byte[]> Letter = new() { ["letter"] = "Công văn (dữ liệu mẫu)\n"u8.ToArray() };

    private readonly OfficeAgency _office = shared.Hub.Agency();

    [Fact]
    public async Task A_sealed_packet_is_delivered_as_signed_by_its_agency()
    {
        var docId = await _office.SendAsync(HubConfiguration.Hub, "1001", "Có ký số", Letter);

        var taken = (await shared.Service.TakenAsync(docId)).Delivery;
        Assert.Equal("signed", taken.Assurance);
        Assert.Equal(DevelopmentPki.OfficeSubject, taken.SignedBy);
        await MarkedAsync(docId, "done");
    }

    [Fact]
    public async Task A_packet_without_a_seal_is_labelled_for_information_only()
    {
        var docId = await _office.SendAsync(HubConfiguration.Hub, "1002", "Không ký số", Letter, seals: false);

        var taken = (await shared.Service.TakenAsync(docId)).Delivery;
        Assert.Equal("information-only", taken.Assurance);
        Assert.Empty(taken.SignedBy);
    }

    [Fact]
    public Task A_header_changed_after_sealing_is_refused_and_the_sender_is_told() =>
        RefusedAsync("1003", root => root.Descendants(Q + "Subject").Single().Value = "Nội dung đã bị sửa");

    [Fact]
    public Task An_attachment_changed_after_sealing_is_refused_and_the_sender_is_told() =>
        RefusedAsync("1004", root => root.Descendants(Q + "ContentTransferEncoded").First().Value = Convert.ToBase64String("Một công văn khác\n"u8));

    [Fact]
    public async Task A_packet_of_an_organ_that_is_no_partner_is_refused()
    {
        var stranger = shared.Hub.Agency(HubProcess.Stranger);
        var docId = await stranger.SendAsync(HubConfiguration.Hub, "1005", "Từ cơ quan lạ", Letter);

        await MarkedAsync(docId, "fail");
        var told = Assert.Single(await stranger.StatusesAsync());
        Assert.Equal("02", told.StatusCode.ToString());
        Assert.StartsWith("UNKNOWN_ORGAN", told.Description, StringComparison.Ordinal);
        AssertNotDelivered(docId);
    }

    [Fact]
    public async Task A_packet_to_several_organs_is_delivered_here_once()
    {
        var docId = await _office.SendAsync(HubConfiguration.Hub, "1006", "Gửi nhiều nơi", Letter, packet => packet with
        {
            Header = packet.Header with { To = [.. packet.Header.To, new Organization { OrganId = HubProcess.Bystander, OrganName = "Cơ quan khác" }] },
        });

        var taken = (await shared.Service.TakenAsync(docId)).Delivery;
        Assert.Equal("signed", taken.Assurance);
        Assert.Equal([HubConfiguration.Hub, HubProcess.Bystander], taken.Dossier.Receivers.Select(organ => organ.Id));
        var view = await shared.Exchange.GetAsync(new GetRequest { ExchangeId = taken.ExchangeId });
        Assert.Equal(HubConfiguration.Hub, Assert.Single(view.Deliveries, delivery => delivery.Purpose == "dossier").Receiver);
    }

    [Fact]
    public async Task A_document_listed_again_because_its_mark_was_lost_is_not_delivered_again()
    {
        shared.Hub.Axis.Script(new ScriptedFault("updateStatus", AxisFault.ServerError));
        var docId = await _office.SendAsync(HubConfiguration.Hub, "1007", "Đánh dấu bị mất", Letter);

        var taken = (await shared.Service.TakenAsync(docId)).Delivery;
        await MarkedAsync(docId, "done");
        Assert.Contains(shared.Hub.Log, line => line.Contains($"Packet {docId} could not be marked", StringComparison.Ordinal));
        await shared.Exchange.ViewAsync(taken.ExchangeId, view => view.State == ExchangeState.Completed);
        Assert.Single(shared.Service.HandedOver, key => key == taken.IdempotencyKey);
        Assert.Single(shared.Service.Taken.Values, other => other.Delivery.Dossier.MessageId == docId);
    }

    [Fact]
    public async Task A_status_packet_comes_in_as_a_dossier_of_kind_status()
    {
        var status = new EdXmlStatus
        {
            From = new Organization { OrganId = HubConfiguration.Office, OrganName = "Văn phòng Chính phủ" },
            ResponseFor = new ResponseFor { OrganId = HubConfiguration.Hub, Code = "1008/BHXH-CSXH", PromulgationDate = "2026/11/21", DocumentId = $"{HubConfiguration.Hub},2026/11/21,1008/BHXH" },
            StatusCode = StatusCode.Received,
            Description = "Đã tiếp nhận",
            Timestamp = EdXmlTime.Format(TimeProvider.System.GetUtcNow()),
        };
        using var octets = new MemoryStream();
        EdXmlWriter.Write(octets, status);
        var docId = await _office.InjectAsync("status", octets.ToArray());

        var taken = (await shared.Service.TakenAsync(docId)).Delivery;
        Assert.Equal(DossierKind.Status, taken.Dossier.Kind);
        Assert.Equal("03", taken.Dossier.Status.Code);
        Assert.Equal("1008/BHXH-CSXH", Assert.Single(taken.Dossier.ResponseTo).Code);
        Assert.Equal("information-only", taken.Assurance);
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_and_the_next_packet_comes_in()
    {
        var malformed = await _office.SendAsync(HubConfiguration.Hub, "1009", "Thiếu phần bắt buộc", Letter, onTheWay: Changed(root => root.Descendants(Q + "PromulgationInfo").Remove()));
        var bomb = await _office.SendAsync(HubConfiguration.Hub, "1010", "Bom nén", new Dictionary<string, byte[]> { ["zeros"] = new byte[16 * 1024 * 1024] });
        var good = await _office.SendAsync(HubConfiguration.Hub, "1011", "Bình thường", Letter);

        await shared.Service.TakenAsync(good);
        await MarkedAsync(malformed, "fail");
        await MarkedAsync(bomb, "fail");
        AssertNotDelivered(malformed);
        AssertNotDelivered(bomb);
        Assert.Contains(shared.Hub.Log, line => line.Contains("'edxml.BadArchive'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_sealed_packet_under_another_docId_is_not_delivered_again()
    {
        byte[] sent = [];
        var first = await _office.SendAsync(HubConfiguration.Hub, "1012", "Gửi lại", Letter, onTheWay: octets => sent = octets);
        await shared.Service.TakenAsync(first);

        var again = await _office.InjectAsync("edoc", sent);

        await MarkedAsync(again, "done");
        AssertNotDelivered(again);
        Assert.Single(shared.Service.Taken.Values, taken => taken.Delivery.Dossier.Subject == "Gửi lại");
    }

    [Fact]
    public async Task What_stands_beside_the_seal_is_marked_and_is_no_path()
    {
        var docId = await _office.SendAsync(HubConfiguration.Hub, "1013", "Kèm phần không ký", Letter, onTheWay: Changed(root =>
        {
            root.Descendants(Q + "edXMLHeader").Single().Add(new XElement(Q + "Note", "pay to account 123"));
            foreach (var name in root.Descendants(Q + "AttachmentName").Where(name => name.Value == "letter.txt")) name.Value = "../../etc/letter.exe";
        }));

        var taken = (await shared.Service.TakenAsync(docId)).Delivery;
        Assert.Equal("signed", taken.Assurance);
        Assert.Equal("letter.exe", Assert.Single(taken.Dossier.Attachments).Name);
        Assert.Equal("edxml-unsealed", Assert.Single(taken.Dossier.Extensions, extension => extension.Xml.Contains("account 123", StringComparison.Ordinal)).Source);
    }

    [Fact]
    public async Task An_XML_signature_that_is_no_seal_is_an_attachment_like_others()
    {
        var contents = new Dictionary<string, byte[]> { ["signature"] = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>"u8.ToArray() };
        var docId = await _office.SendAsync(HubConfiguration.Hub, "1014", "Chữ ký đính kèm", contents);

        Assert.Equal("signature", Assert.Single((await shared.Service.TakenAsync(docId)).Delivery.Dossier.Attachments).Id);
    }

    private async Task RefusedAsync(string number, Action<XElement> tamper)
    {
        var docId = await _office.SendAsync(HubConfiguration.Hub, number, "Bị sửa sau khi ký", Letter, onTheWay: Changed(tamper));

        await MarkedAsync(docId, "fail");
        var told = await Eventually.SeeAsync("a status 02", async () => (await _office.StatusesAsync()).SingleOrDefault(status => status.ResponseFor.Code == $"{number}/VPCP-KGVX"));
        Assert.Equal("02", told.StatusCode.ToString());
        Assert.StartsWith("SIGNATURE_", told.Description, StringComparison.Ordinal);
        AssertNotDelivered(docId);
    }

    private Task MarkedAsync(string docId, string state) =>
        Eventually.HoldsAsync($"{docId} marked {state}", async () => (await shared.Hub.AxisItemAsync(HubConfiguration.Hub, docId))["state"]!.GetValue<string>() == state);

    private void AssertNotDelivered(string docId) => Assert.DoesNotContain(shared.Service.Taken.Values, taken => taken.Delivery.Dossier.MessageId == docId);

    private static Func<byte[], byte[]> Changed(Action<XElement> change) => octets =>
    {
        var root = XElement.Load(new MemoryStream(octets), LoadOptions.PreserveWhitespace);
        change(root);
        return Encoding.UTF8.GetBytes(root.ToString(SaveOptions.DisableFormatting));
    };
}
