using Grpc.Core;
using Grpc.Wire;

namespace Vss.Interlink.Rpc.Tests;

public sealed class WireFormatTests
{
    [Theory]
    [InlineData("99999999H", 99_999_999L * 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("250m", 2_500_000)]
    [InlineData("7u", 70)]
    [InlineData("1250n", 12)]
    [InlineData("0n", 0)]
    public void Every_unit_of_a_timeout_is_read(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData(1, "100n")]
    [InlineData(999_999, "99999900n")]
    [InlineData(1_000_001, "100001u")]
    [InlineData(1_000_000_000, "100000m")]
    [InlineData(10_000_000_000_000, "1000000S")]
    [InlineData(10_000_000_000_000_000, "16666667M")]
    [InlineData(100_000_000_000_000_000, "2777778H")]
    public void A_timeout_is_written_in_the_finest_unit_that_fits_and_never_shortened(long ticks, string text) =>
        Assert.Equal(text, GrpcTimeout.Format(new TimeSpan(ticks)));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("100%", "100%25")]
    [InlineData("đ\n", "%C4%91%0A")]
    [InlineData("☺ 𝄞", "%E2%98%BA %F0%9D%84%9E")]
    public void A_message_is_percent_encoded_UTF8(string text, string encoded)
    {
        Assert.Equal(encoded, PercentEncoding.Encode(text));
        Assert.Equal(text, PercentEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("50% off", "50% off")]
    [InlineData("%zz%4", "%zz%4")]
    [InlineData("end%", "end%")]
    [InlineData("%e2%98%ba", "☺")]
    public void What_is_not_an_escape_is_kept(string encoded, string text) => Assert.Equal(text, PercentEncoding.Decode(encoded));

    [Theory]
    [InlineData("AQI=", 2)]
    [InlineData("AQI", 2)]
    [InlineData("", 0)]
    [InlineData("AQI,AQ==, AQID", 2, 1, 3)]
    public void Binary_metadata_is_read_with_padding_or_without_and_joined_by_commas(string value, params int[] lengths)
    {
        var metadata = new Metadata();
        MetadataHeaders.AddReceived(metadata, "Token-Bin", value);
        Assert.Equal(lengths, metadata.Select(entry => entry.ValueBytes.Length));
        Assert.All(metadata, entry => Assert.Equal("token-bin", entry.Key));
    }

    [Fact]
    public void A_serializer_that_writes_another_length_than_it_announced_is_found_out()
    {
        var pipe = new System.IO.Pipelines.Pipe();
        Assert.Throws<InvalidOperationException>(() => Write(pipe.Writer, (_, context) =>
        {
            context.SetPayloadLength(3);
            context.GetBufferWriter().Advance(2);
            context.Complete();
        }));
        Assert.Throws<InvalidOperationException>(() => Write(pipe.Writer, (_, _) => { }));
    }

    [Fact]
    public async Task A_serializer_may_write_another_message_meanwhile()
    {
        var (outer, inner) = (new System.IO.Pipelines.Pipe(), new System.IO.Pipelines.Pipe());
        Write(outer.Writer, (_, context) =>
        {
            context.SetPayloadLength(2);
            Write(inner.Writer, (_, other) => other.Complete([7]));
            context.GetBufferWriter().GetSpan(2)[..2].Fill(8);
            context.GetBufferWriter().Advance(2);
            context.Complete();
        });
        await outer.Writer.CompleteAsync();
        await inner.Writer.CompleteAsync();
        Assert.Equal([8, 8], (await new MessageReader(outer.Reader, null).ReadAsync(payload => payload.PayloadAsNewBuffer(), TestContext.Current.CancellationToken)).Message);
        Assert.Equal([7], (await new MessageReader(inner.Reader, null).ReadAsync(payload => payload.PayloadAsNewBuffer(), TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void A_context_that_is_kept_after_its_message_writes_nothing()
    {
        System.Buffers.IBufferWriter<byte>? kept = null;
        Write(new System.IO.Pipelines.Pipe().Writer, (_, context) =>
        {
            context.SetPayloadLength(0);
            kept = context.GetBufferWriter();
            context.Complete();
        });
        Assert.Throws<InvalidOperationException>(() => kept!.GetSpan(1).Length);
    }

    [Fact]
    public async Task A_serializer_may_leave_its_length_unsaid()
    {
        var pipe = new System.IO.Pipelines.Pipe();
        Write(pipe.Writer, (_, context) =>
        {
            context.GetBufferWriter().GetSpan(3)[..3].Fill(9);
            context.GetBufferWriter().Advance(3);
            context.Complete();
        });
        await pipe.Writer.CompleteAsync();
        var reader = new MessageReader(pipe.Reader, 3);
        var received = await reader.ReadAsync(context => context.PayloadAsNewBuffer(), TestContext.Current.CancellationToken);
        Assert.Equal([9, 9, 9], received.Message);
        Assert.False((await reader.ReadAsync(context => context.PayloadAsNewBuffer(), TestContext.Current.CancellationToken)).IsMessage);
    }

    private static void Write(System.IO.Pipelines.PipeWriter output, Action<string, SerializationContext> serializer) =>
        MessageWriter.Write(output, "x", serializer, maxMessageSize: null, gzip: null);

    [Fact]
    public void A_service_definition_hands_every_method_to_a_binder()
    {
        var binder = new CountingBinder();
        Counter.BindService(new CounterService(new Behaviour())).BindService(binder);
        Assert.Equal(["One", "Gather", "Spread", "Talk"], binder.Names);
    }

    private sealed class CountingBinder : ServiceBinderBase
    {
        public List<string> Names { get; } = [];

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Names.Add(method.Name);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) => Names.Add(method.Name);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => Names.Add(method.Name);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) => Names.Add(method.Name);
    }
}
