using System.Text;
using Vss.Interlink.Connectors.Axis;

namespace Vss.Interlink.Connectors.Tests.Axis;

public sealed class VxpPacketAnswerTests
{
    private static async Task<(string Packet, string Skeleton)> Split(string json, int pieceLength)
    {
        using var packet = new MemoryStream();
        var answer = new VxpPacketAnswer(packet, packetBytes: 1000, skeletonBytes: 1000);
        foreach (var piece in Encoding.UTF8.GetBytes(json).Chunk(pieceLength)) await answer.AddAsync(piece, CancellationToken.None);
        await answer.CompleteAsync(CancellationToken.None);
        return (Encoding.UTF8.GetString(packet.ToArray()), Encoding.UTF8.GetString(answer.Skeleton.Span));
    }

    public static TheoryData<string, string, string> Answers() => new()
    {
        { """{"status":"OK","data":"QUJD"}""", "ABC", """{"status":"OK","data":""}""" },
        { """{ "data" : "QUJD" , "status" : "OK" }""", "ABC", """{ "data" : "" , "status" : "OK" }""" },
        { """{"data":"\u0050z8\/\n\u0050\u0077\u003d\u003D"}""", "???\u003f", """{"data":""}""" },
        { """{"data":null,"ErrorDesc":"\"data\":\"QUJD\""}""", "", """{"data":null,"ErrorDesc":"\"data\":\"QUJD\""}""" },
        { """{"more":{"data":"QUJD"},"list":["data","x"],"data":""}""", "", """{"more":{"data":"QUJD"},"list":["data","x"],"data":""}""" },
        { """{"name":"data","x":"QUJD"}""", "", """{"name":"data","x":"QUJD"}""" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Only_the_top_level_data_is_taken_out_however_the_bytes_are_cut(string json, string packet, string skeleton)
    {
        foreach (var length in (int[])[1, 2, 3, 7, 1000]) Assert.Equal((packet, skeleton), await Split(json, length));
    }

    [Theory]
    [InlineData("""{"data":"QUJ"}""")]
    [InlineData("""{"data":"QQ==QUJD"}""")]
    [InlineData("""{"data":"QU!D"}""")]
    [InlineData("""{"data":"QU\x4AD"}""")]
    [InlineData("""{"data":"QUJ\u1234"}""")]
    [InlineData("""{"data":"QUJD""")]
    [InlineData("""{"data":"QUJD","data":"QUJD"}""")]
    public async Task What_is_not_base64_or_not_whole_is_refused(string json) =>
        await Assert.ThrowsAsync<InvalidDataException>(() => Split(json, 5));

    [Fact]
    public async Task Both_parts_are_bounded()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Split($$"""{"data":"{{new string('A', 2000)}}"}""", 100));
        await Assert.ThrowsAsync<InvalidDataException>(() => Split($$"""{"other":"{{new string('A', 2000)}}"}""", 100));
    }
}
