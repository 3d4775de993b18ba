using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

public sealed class SignedOctetsTests
{
    [Fact]
    public void What_is_read_afterwards_is_what_was_digested_in_memory_and_in_a_file()
    {
        var document = DotNetSigner.Enveloped($"<Dossier><Text>{new string('x', 300_000)}</Text></Dossier>");
        foreach (var maxInMemory in new[] { 1024 * 1024, 64 * 1024 })
        {
            using var report = SignatureVerifier.Verify(document, Verified.KeepingAll with { MaxKeptInMemory = maxInMemory });
            var octets = Assert.Single(Assert.Single(report.Signatures).References).Octets!;
            Assert.Equal(maxInMemory > 300_000, octets.TryGetMemory(out _));
            using var one = octets.Open();
            using var other = octets.Open();
            Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes($"<Dossier><Text>{new string('x', 300_000)}</Text></Dossier>")), SHA256.HashData(one));
            Assert.Equal(octets.Length, other.Seek(0, SeekOrigin.End));
            report.Dispose();
            Assert.Throws<ObjectDisposedException>(octets.Open);
        }
    }

    [Fact]
    public void What_goes_to_a_file_is_never_under_a_name_in_the_temporary_folder()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "It is asked of /proc.");
        var mark = $"<Dossier><Text>{Guid.NewGuid():N}";
        var document = DotNetSigner.Enveloped($"{mark}{new string('x', 300_000)}</Text></Dossier>");
        using var report = SignatureVerifier.Verify(document, Verified.KeepingAll with { MaxKeptInMemory = 64 * 1024 });

        var place = Assert.Single(new DirectoryInfo("/proc/self/fd").EnumerateFiles(), file => Begins(file, Encoding.UTF8.GetBytes(mark))).LinkTarget!;

        Assert.EndsWith(" (deleted)", place, StringComparison.Ordinal);
    }

    // Of what the process has open in the temporary folder. Read by its own descriptor, for the file is locked.
    private static bool Begins(FileInfo descriptor, byte[] mark)
    {
        try
        {
            if (descriptor.LinkTarget?.StartsWith(Path.GetTempPath(), StringComparison.Ordinal) != true) return false;
            using var handle = new SafeFileHandle(nint.Parse(descriptor.Name, CultureInfo.InvariantCulture), ownsHandle: false);
            var first = new byte[mark.Length];
            return RandomAccess.Read(handle, first, 0) == first.Length && first.AsSpan().SequenceEqual(mark);
        }
        catch (Exception other) when (other is IOException or UnauthorizedAccessException)
        {
            return false;   // closed meanwhile by another test, or its number is now that of a file that is only written
        }
    }

    [Fact]
    public void Only_what_was_asked_for_is_kept()
    {
        var report = Verified.Intact(DotNetSigner.Soap11(), new VerificationRequest { Keep = reference => reference.Uri == "#Body-1" });
        Assert.Equal([true, false], report.References.Select(reference => reference.Octets is not null));
    }

    [Fact]
    public void Every_source_of_the_same_document_gives_the_same_report()
    {
        var document = DotNetSigner.Soap11();
        using var memory = SignatureVerifier.Verify(document, Verified.KeepingAll);
        using var stream = SignatureVerifier.Verify(new MemoryStream(document), Verified.KeepingAll);
        using var utf16 = SignatureVerifier.Verify(Encoding.Unicode.GetBytes("\uFEFF" + Encoding.UTF8.GetString(document)), Verified.KeepingAll);
        Assert.Equal(memory.Signatures[0].Parts, stream.Signatures[0].Parts);
        Assert.Equal(memory.Signatures[0].Verdict.Ladder, stream.Signatures[0].Verdict.Ladder);
        Assert.Equal(memory.Signatures[0].Parts, utf16.Signatures[0].Parts);
        Assert.Equal(SignatureIntegrity.Intact, utf16.Signatures[0].Integrity);
    }

    [Fact]
    public void Many_may_verify_at_once_with_one_key()
    {
        var document = DotNetSigner.Enveloped("<Dossier/>");
        Parallel.For(0, 200, _ =>
        {
            using var report = SignatureVerifier.Verify(document, Verified.KeepingAll);
            Assert.Equal(SignatureIntegrity.Intact, report.Signatures[0].Integrity);
        });
    }
}
