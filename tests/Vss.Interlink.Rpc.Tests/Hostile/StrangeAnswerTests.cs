using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>What the client makes of answers that are not gRPC's, or not quite.</summary>
[Collection(HostileTests.Name)]
public sealed class StrangeAnswerTests
{
    // http-grpc-status-mapping.md
    [Theory(Timeout = 20_000)]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(405, StatusCode.Unknown)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    public async Task An_HTTP_status_becomes_the_status_the_mapping_names(int http, StatusCode expected)
    {
        Assert.Equal(expected, await StrangeAnswer.StatusFrom(Page(http, "")));
        Assert.Equal(expected, await StrangeAnswer.StatusFrom(Page(http, "<p>Sorry")));
    }

    // PROTOCOL-HTTP2.md, Responses: a grpc-status counts for more than the HTTP status beside it.
    [Fact(Timeout = 20_000)]
    public async Task A_status_in_an_HTTP_error_is_the_calls_status() =>
        Assert.Equal(StatusCode.Aborted, await StrangeAnswer.StatusFrom(context =>
        {
            context.Response.StatusCode = 503;
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "10";
            return Task.CompletedTask;
        }));

    // PROTOCOL-HTTP2.md, Errors. The table names no status for STREAM_CLOSED, and none for codes it does not know.
    private static readonly (int Error, StatusCode Expected)[] ErrorCodes =
    [
        (0x0, StatusCode.Internal), (0x1, StatusCode.Internal), (0x2, StatusCode.Internal), (0x3, StatusCode.Internal), (0x4, StatusCode.Internal),
        (0x5, StatusCode.Unknown), (0x6, StatusCode.Internal), (0x7, StatusCode.Unavailable), (0x8, StatusCode.Cancelled), (0x9, StatusCode.Internal),
        (0xa, StatusCode.Internal), (0xb, StatusCode.ResourceExhausted), (0xc, StatusCode.PermissionDenied), (0xd, StatusCode.Unknown),
        (0xff, StatusCode.Unknown),
    ];

    public static TheoryData<int, StatusCode> Errors => [.. ErrorCodes];

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(Errors))]
    public async Task A_reset_stream_becomes_the_status_of_its_error_code_wherever_it_happens(int error, StatusCode expected)
    {
        Assert.Equal(expected, await StrangeAnswer.StatusFrom(ResetAfter(error, null)));
        Assert.Equal(expected, await StrangeAnswer.StatusFrom(ResetAfter(error, [])));
        Assert.Equal(expected, await StrangeAnswer.StatusFrom(ResetAfter(error, [0, 0, 0, 0, 9, 1])));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_page_instead_of_gRPC_is_UNKNOWN() =>
        Assert.Equal(StatusCode.Unknown, await StrangeAnswer.StatusFrom(Page(200, "<p>Welcome")));

    [Fact(Timeout = 20_000)]
    public async Task An_answer_without_a_status_is_UNKNOWN() =>
        Assert.Equal(StatusCode.Unknown, await StrangeAnswer.StatusFrom(StrangeAnswer.Of(RawCall.Frame(new Answer()))));

    [Theory(Timeout = 20_000)]
    [InlineData("17")]
    [InlineData("77")]
    [InlineData("-1")]
    [InlineData("0x0")]
    [InlineData("OK")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public async Task A_status_nobody_knows_is_UNKNOWN(string status)
    {
        Assert.Equal(StatusCode.Unknown, await StrangeAnswer.StatusFrom(StrangeAnswer.WithTrailers(("grpc-status", status))));
        Assert.Equal(StatusCode.Unknown, await StrangeAnswer.StatusFrom(StrangeAnswer.Of([], null, ("grpc-status", status))));
    }

    // PROTOCOL-HTTP2.md, Responses: decoding must not fail for what is malformed.
    [Theory(Timeout = 20_000)]
    [InlineData("100% sure", "100% sure")]
    [InlineData("%", "%")]
    [InlineData("ends with %4", "ends with %4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("half of a letter: %C3", "half of a letter: \ufffd")]
    [InlineData("%00", "\0")]
    public async Task A_badly_encoded_message_changes_no_status(string message, string expected)
    {
        var failure = await StrangeAnswer.FailureFrom(StrangeAnswer.WithTrailers(("grpc-status", "5"), ("grpc-message", message)));
        Assert.Equal((StatusCode.NotFound, expected), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact(Timeout = 20_000)]
    public async Task Binary_metadata_that_is_not_base64_is_INTERNAL()
    {
        Assert.Equal(StatusCode.Internal, await StrangeAnswer.StatusFrom(StrangeAnswer.Of(RawCall.Frame(new Answer()), "0", ("token-bin", "*"))));
        Assert.Equal(StatusCode.Internal, await StrangeAnswer.StatusFrom(StrangeAnswer.WithTrailers(("token-bin", "*"), ("grpc-status", "0"))));
    }

    // statuscodes.md: the method requires exactly one response, and the server sent some other number.
    [Theory(Timeout = 20_000)]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Another_number_of_responses_than_one_is_UNIMPLEMENTED(int number)
    {
        byte[] body = [.. Enumerable.Repeat(RawCall.Frame(new Answer()), number).SelectMany(frame => frame)];
        Assert.Equal(StatusCode.Unimplemented, await StrangeAnswer.StatusFrom(StrangeAnswer.Of(body, "0")));
    }

    public static TheoryData<string, byte[]> BadBodies => new()
    {
        { "half a prefix", [0, 0, 0] },
        { "half a message", [0, 0, 0, 0, 9, 1] },
        { "trailing bytes", [.. RawCall.Frame(new Answer()), 7] },
        { "flagged as compressed without an encoding", RawCall.Frame(new Answer { Text = "x" }, flag: 1) },
        { "an unknown flag", RawCall.Frame(new Answer { Text = "x" }, flag: 200) },
        { "not a protobuf message", [0, 0, 0, 0, 3, 255, 255, 255] },
    };

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(BadBodies))]
    public async Task A_malformed_response_is_INTERNAL(string what, byte[] body)
    {
        _ = what;
        Assert.Equal(StatusCode.Internal, await StrangeAnswer.StatusFrom(StrangeAnswer.Of(body, "0")));
    }

    [Fact(Timeout = 20_000)]
    public async Task An_encoding_that_was_not_offered_is_INTERNAL() =>
        Assert.Equal(StatusCode.Internal, await StrangeAnswer.StatusFrom(
            StrangeAnswer.Of(RawCall.Frame(new Answer(), flag: 1), "0", ("grpc-encoding", "snappy"))));

    private static RequestDelegate Page(int http, string text) => context =>
    {
        context.Response.StatusCode = http;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync(text);
    };

    // Before the headers when there is no body, after them when it is empty.
    private static RequestDelegate ResetAfter(int error, byte[]? body) => async context =>
    {
        context.Response.ContentType = "application/grpc";
        if (body is not null)
        {
            await context.Response.BodyWriter.WriteAsync(body);
            await context.Response.BodyWriter.FlushAsync();
        }

        context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(error);
    };
}
