using System.Text;

namespace Vss.Interlink.Cli.Tests;

/// <summary>A console for what runs under it, while others run beside it under theirs or under the process's own: text that is written to <see cref="Console"/> goes to whoever's flow it came from.</summary>
internal sealed class OwnConsole
{
    private static readonly AsyncLocal<OwnConsole?> s_current = new();

    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    static OwnConsole()
    {
        Console.SetOut(new Junction(Console.Out, own => own._out));
        Console.SetError(new Junction(Console.Error, own => own._error));
    }

    public string Out => Text(_out);

    public string Error => Text(_error);

    public T Run<T>(Func<T> command)
    {
        s_current.Value = this;
        try
        {
            return command();
        }
        finally
        {
            s_current.Value = null;
        }
    }

    private static string Text(StringWriter writer)
    {
        lock (writer) return writer.ToString();
    }

    // Console.SetOut puts its own lock around it; what is overridden here is all that TextWriter's other methods come down to.
    private sealed class Junction(TextWriter process, Func<OwnConsole, StringWriter> of) : TextWriter
    {
        public override Encoding Encoding => process.Encoding;

        public override void Write(char value) => Write([value]);

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer)
        {
            if (s_current.Value is not { } own)
            {
                process.Write(buffer);
                return;
            }

            var writer = of(own);
            lock (writer) writer.Write(buffer);
        }

        public override void Flush()
        {
            if (s_current.Value is null) process.Flush();
        }
    }
}
