using System.Runtime.InteropServices;
using Vss.Interlink.XmlSecurity.Reading;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Digests again what a signature refers to, for its archive time stamp: ETSI EN 319 132-1 section 5.5.2.2, steps 1 and 2.</summary>
internal sealed class ArchivePass : IDisposable
{
    private readonly ArchiveImprint _imprint;
    private readonly List<Running> _running = [];

    public ArchivePass(SignatureSurvey survey, ArchiveImprint imprint)
    {
        _imprint = imprint;
        for (var index = 0; index < survey.References.Count; index++)
        {
            var reference = survey.References[index];
            if (reference.IsSameDocument) _running.Add(new Running(index, OrdinalOf(reference, survey), reference, survey.Ordinal, imprint));
        }
    }

    /// <summary>Why the references cannot be digested; null when they can.</summary>
    public static string? FaultOf(SignatureSurvey survey)
    {
        foreach (var reference in survey.References)
        {
            if (reference.Unknown is { } algorithm) return $"a reference has the transform '{algorithm}', which cannot be time-stamped here";
            if (reference.Uri is null) return "a reference names nothing";
            if (reference.ElementId is { } id && !survey.Ids.TryFind(id, out _)) return $"no element of the document has the identifier '{id}', which a reference names";
            if (!reference.IsSameDocument && (reference.Method is not null || reference.IsBase64 || reference.IsEnveloped)) return $"a reference transforms '{reference.Uri}', which is elsewhere";
        }

        return null;
    }

    /// <exception cref="XmlRefusedException">The document breaks a rule.</exception>
    public void Run(XmlTokenizer xml)
    {
        while (xml.Read())
        {
            foreach (var running in CollectionsMarshal.AsSpan(_running)) running.Accept(xml);
            for (var index = _running.Count - 1; index >= 0; index--)
            {
                if (_running[index].HasEnded) Complete(index);
            }
        }

        while (_running.Count > 0) Complete(_running.Count - 1);
    }

    /// <summary>Writes each <c>ds:Object</c> but that of the properties: step 6.</summary>
    /// <exception cref="XmlRefusedException">The document breaks a rule.</exception>
    public static void WriteObjects(OctetSource document, SignatureSurvey survey, XmlLimits limits, OctetSink sink)
    {
        if (survey.Objects.Count == 0) return;
        var canonicalizers = survey.Objects.Select(ordinal => new Canonicalizer(CanonicalizationMethod.Exclusive, XmlSelection.Element(ordinal), sink)).ToList();
        try
        {
            using var xml = document.OpenXml(limits);
            var turn = 0;
            while (turn < canonicalizers.Count && xml.Read())
            {
                canonicalizers[turn].Accept(xml);
                if (xml.Kind != XmlTokenKind.EndElement || xml.Depth != survey.ObjectDepth || xml.Ordinal < survey.Objects[turn]) continue;
                canonicalizers[turn++].Complete();
            }
        }
        finally
        {
            foreach (var canonicalizer in canonicalizers) canonicalizer.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var running in _running) running.Dispose();
    }

    private static int OrdinalOf(ForeignReference reference, SignatureSurvey survey) =>
        reference.ElementId is { } id && survey.Ids.TryFind(id, out var element) ? element.Ordinal : 0;

    private void Complete(int index)
    {
        var running = _running[index];
        _running.RemoveAt(index);
        running.Complete();
        running.Dispose();
        _imprint.Complete(running.Index);
    }

    private sealed class Running : IDisposable
    {
        private readonly int _ordinal;
        private readonly Canonicalizer? _canonicalizer;
        private readonly Base64Content? _base64;
        private int _depth;

        public Running(int index, int ordinal, ForeignReference reference, int signature, ArchiveImprint imprint)
        {
            (Index, _ordinal) = (index, ordinal);
            var sink = new Part(imprint, index);
            if (reference.IsBase64)
            {
                _base64 = new Base64Content(sink);
                return;
            }

            // A set of nodes becomes octets by the time stamp's own method.
            var method = reference.Method ?? CanonicalizationMethod.Exclusive;
            var selection = (ordinal == 0 ? XmlSelection.Document : XmlSelection.Element(ordinal)) with
            {
                Comments = false,
                LeaveOut = reference.IsEnveloped ? element => element.Ordinal == signature : null,
            };
            _canonicalizer = new Canonicalizer(method, selection, sink, InclusivePrefixes.Parse(method.IsExclusive ? reference.Prefixes : null));
        }

        public int Index { get; }

        public bool HasEnded { get; private set; }

        public void Accept(XmlTokenizer xml)
        {
            if (xml.Kind == XmlTokenKind.StartElement && xml.Ordinal == _ordinal) _depth = xml.Depth;
            _canonicalizer?.Accept(xml);
            if (_base64 is not null && (_depth > 0 || _ordinal == 0) && xml.Kind is XmlTokenKind.Text or XmlTokenKind.CData) _base64?.Write(xml.Text);
            HasEnded = _depth > 0 && xml.Kind == XmlTokenKind.EndElement && xml.Depth == _depth;
        }

        public void Complete()
        {
            _canonicalizer?.Complete();
            _base64?.Complete();
        }

        public void Dispose()
        {
            _canonicalizer?.Dispose();
            _base64?.Dispose();
        }
    }

    private sealed class Part(ArchiveImprint imprint, int index) : OctetSink
    {
        public override void Write(ReadOnlySpan<byte> octets) => imprint.Write(index, octets);
    }
}
