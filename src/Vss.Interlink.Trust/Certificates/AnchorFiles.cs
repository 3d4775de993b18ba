using System.Security.Cryptography;
using System.Text.Json;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>
/// Trust anchors as they stand in a folder. With an <c>anchors.json</c> in it each file is described there: purposes, validity, provenance and, for a single certificate, its SHA-256; a file
/// that is not described and a description without its file are faults, and all faults are told at once. Without it every certificate of the folder is trusted for everything.
/// </summary>
internal static class AnchorFiles
{
    /// <summary>Name of the description.</summary>
    public const string Description = "anchors.json";

    /// <param name="path">A folder, or one file.</param>
    /// <exception cref="InvalidDataException">A file cannot be used; every fault is told.</exception>
    public static (IReadOnlyList<TrustAnchor> Anchors, IReadOnlyList<TrustList> Lists) Read(string path)
    {
        var described = Directory.Exists(path) && Path.Combine(path, Description) is var file && File.Exists(file) ? Described(file) : null;
        List<TrustAnchor> anchors = [];
        List<TrustList> lists = [];
        List<string> faults = [];
        foreach (var each in TrustStore.AnchorFilesOf(path))
        {
            var form = described?.Find(form => form.File == Path.GetFileName(each));
            if (described is not null && form is null) faults.Add($"'{each}' is not described in {Description}.");
            else if (form is null || IsWhole(form, faults)) Add(each, form, anchors, lists, faults);
            if (form is not null) described!.Remove(form);
        }

        faults.AddRange(described?.Select(form => $"{Description} describes '{form.File}', which is not there.") ?? []);
        return faults.Count == 0 ? (anchors, lists) : throw new InvalidDataException(string.Join(' ', faults));
    }

    private static List<Form> Described(string file)
    {
        try
        {
            var forms = JsonSerializer.Deserialize<FileForm>(File.ReadAllBytes(file), StrictJson.Options)?.Anchors ?? throw new InvalidDataException($"'{file}' has no anchors.");
            return forms.Contains(null!) ? throw new InvalidDataException($"'{file}' has an anchor that is null.") : forms;
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"'{file}': {broken.Message}", broken);
        }
    }

    private static bool IsWhole(Form form, List<string> faults)
    {
        var before = faults.Count;
        var at = $"{Description}, '{form.File}'";
        if (form.Purposes is not { Count: > 0 } || form.Purposes.Contains(AnchorPurposes.None)) faults.Add($"{at} does not set purposes. Choose from Documents, TimeStamps, Connections.");
        if (string.IsNullOrWhiteSpace(form.Provenance)) faults.Add($"{at} does not set provenance. Say where it came from and how that was checked.");
        if (form.From > form.Until) faults.Add($"{at} ends before it begins.");
        return faults.Count == before;
    }

    private static void Add(string file, Form? form, List<TrustAnchor> anchors, List<TrustList> lists, List<string> faults)
    {
        try
        {
            var list = TrustList.TryRead(file);
            var certificates = list?.Certificates ?? TrustStore.Certificates(file);
            if (form?.Sha256 is { } digest && (certificates is not [var only] || !string.Equals(Convert.ToHexStringLower(SHA256.HashData(only.RawDataMemory.Span)), digest, StringComparison.OrdinalIgnoreCase)))
            {
                faults.Add($"{Description}, '{form.File}': the file is not the one certificate with the SHA-256 {digest}.");
                return;
            }

            if (list is not null) lists.Add(list);
            var purposes = form?.Purposes!.Aggregate(AnchorPurposes.None, (all, one) => all | one) ?? AnchorPurposes.All;
            var until = form?.Until is { } until1 && !(list?.NextUpdate < until1) ? until1 : list?.NextUpdate ?? form?.Until;
            var provenance = form?.Provenance ?? $"file {Path.GetFileName(file)}";
            anchors.AddRange(certificates.Select(certificate => new TrustAnchor(certificate, purposes, form?.From, until, list is null ? provenance : $"{provenance}; {list}")));
        }
        catch (InvalidDataException unusable)
        {
            faults.Add(unusable.Message);
        }
    }

    private sealed record FileForm(List<Form>? Anchors);

    private sealed record Form(string? File, string? Sha256, List<AnchorPurposes>? Purposes, DateTimeOffset? From, DateTimeOffset? Until, string? Provenance);
}
