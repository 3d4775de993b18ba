using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>Synthetic dossiers.</summary>
internal static class Dossiers
{
    public static readonly IReadOnlyDictionary<string, byte[]> Report = new Dictionary<string, byte[]> { ["report"] = "Báo cáo (dữ liệu mẫu)\n"u8.ToArray() };

    /// <summary>A dossier of an inside service that fits the axis too, with the attachments that <paramref name="contents"/> has.</summary>
    public static Dossier FromInside(string messageId, string receiver, IReadOnlyDictionary<string, byte[]> contents) => new()
    {
        MessageId = messageId,
        Kind = DossierKind.New,
        Sender = new Organ { Id = HubConfiguration.Hub, Name = "Bảo hiểm xã hội Việt Nam" },
        Receivers = { new Organ { Id = receiver } },
        DocumentId = $"{HubConfiguration.Hub},2026/11/21,{messageId}/BHXH",
        Code = new DocumentCode { Number = messageId, Notation = "BHXH-CSXH" },
        PromulgationPlace = "Hà Nội",
        PromulgationDate = "2026-11-21",
        DocumentType = new DocumentType { Type = 18, Name = "Công văn" },
        Subject = $"Báo cáo {messageId}",
        SteeringType = 1,
        Business = new Business { DocType = 0, Reason = "Văn bản điện tử mới", Paper = 0 },
        Attachments =
        {
            contents.Select(content => new Attachment
            {
                Id = content.Key, Name = content.Key + ".txt", ContentType = "text/plain", Size = content.Value.Length, Sha256 = ByteString.CopyFrom(SHA256.HashData(content.Value)),
            }),
        },
    };

    public static MinistryDossier FromMinistry(string messageId) => new(messageId, HubConfiguration.Ministry, HubConfiguration.Hub, "Danh sách cấp thẻ")
    {
        DocumentId = $"{HubConfiguration.Ministry},2026/11/21,{messageId}",
        Attachments = [new MinistryAttachment("list", "danh-sach.txt", "text/plain", Encoding.UTF8.GetBytes("Danh sách (dữ liệu mẫu)\n"))],
    };
}
