using System.Text;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

/// <summary>What a stranger sends is signed, augmented or refused; nothing else.</summary>
public sealed class StrangersDocumentTests
{
    [Fact]
    public async Task A_mutilated_signature_is_augmented_or_refused()
    {
        var archive = XadesExtension.ToLTA(TestTokens.Source, (_, _) => ValueTask.FromResult(new ValidationData([TestKeys.Root], [], [])));
        var whole = Encoding.UTF8.GetString(await Signed.Enveloped(
            "<a><b Id='b'/></a>", Signed.Options() with { Xades = new XadesProperties { SigningTime = Signed.At, Extension = archive } }, null, new SignatureReference.WholeDocument(), new SignatureReference.Element("b")));
        var tags = new List<int>();
        for (var at = 0; (at = whole.IndexOf('<', at)) >= 0; at++) tags.Add(at);
        var random = new Random(20261122);
        var augmented = 0;
        for (var number = 0; number < 3000; number++)
        {
            // Whole elements or tags are taken out, put elsewhere, or there twice.
            int[] three = [tags[random.Next(tags.Count)], tags[random.Next(tags.Count)], tags[random.Next(tags.Count)]];
            Array.Sort(three);
            var (first, second, third) = (three[0], three[1], three[2]);
            var mutilated = random.Next(4) switch
            {
                0 => whole[..first] + whole[second..],
                1 => whole[..first] + whole[second..third] + whole[first..second] + whole[third..],
                2 => whole[..second] + whole[first..],
                _ => Replaced(whole, random),
            };
            var refusal = await XadesAugmenter.AugmentAsync(OctetSource.Of(Encoding.UTF8.GetBytes(mutilated)), null, archive, null, XmlIdRules.Every, new XmlLimits(), Stream.Null, default);
            if (refusal is null) augmented++;
        }

        Assert.InRange(augmented, 1, 2999);
    }

    [Fact]
    public async Task A_hundred_megabytes_are_signed_with_an_archive_time_stamp_in_the_memory_of_a_small_document()
    {
        var path = Path.GetTempFileName();
        try
        {
            await using (var file = File.Create(path))
            {
                await file.WriteAsync("<a><b>"u8.ToArray());
                var line = Encoding.UTF8.GetBytes(new string('x', 99_999) + "\n");
                for (var number = 0; number < 1000; number++) await file.WriteAsync(line);
                await file.WriteAsync("</b></a>"u8.ToArray());
            }

            var extension = XadesExtension.ToLTA(TestTokens.Source, (_, _) => ValueTask.FromResult(new ValidationData([], [], [])));
            var options = Signed.Options() with { Xades = new XadesProperties { SigningTime = Signed.At, Extension = extension } };
            await using var input = File.OpenRead(path);
            var before = GC.GetAllocatedBytesForCurrentThread();   // nothing in this waits, so it stays on its thread
            Assert.Null(await XmlSigner.SignAsync(
                OctetSource.Of(input), SignaturePlace.InRoot, [new SignatureReference.WholeDocument()], options, XmlLimits.None, TestKeys.Rsa.Signer(options.Algorithm), Stream.Null, default));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 500_000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Replaced(string whole, Random random)
    {
        string[] words = ["SignedInfo", "Reference", "Object", "KeyInfo", "SignatureValue", "QualifyingProperties", "SignedProperties", "UnsignedProperties", "UnsignedSignatureProperties", "Signature", "Transform"];
        return whole.Replace(words[random.Next(words.Length)], words[random.Next(words.Length)], StringComparison.Ordinal);
    }
}
