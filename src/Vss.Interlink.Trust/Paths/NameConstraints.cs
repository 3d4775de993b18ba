using System.Buffers;
using System.Formats.Asn1;

namespace Vss.Interlink.Trust.Paths;

/// <summary>What an authority may certify: RFC 5280 section 4.2.1.10, on every form of names.</summary>
internal sealed class NameConstraints
{
    private const int MaxSubtrees = 4096;

    private static readonly SearchValues<char> s_hostLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*");

    private readonly List<Subtree> _permitted;
    private readonly List<Subtree> _excluded;

    /// <param name="reader">The content of NameConstraints.</param>
    /// <exception cref="AsnContentException">It is none.</exception>
    public NameConstraints(AsnReader reader)
    {
        if (!reader.HasData) throw new AsnContentException("Name constraints name neither permitted nor excluded subtrees.");
        (_permitted, _excluded) = (Subtrees(reader, 0), Subtrees(reader, 1));
        reader.ThrowIfNotEmpty();
    }

    /// <summary>How many subtrees there are.</summary>
    public int Count => _permitted.Count + _excluded.Count;

    /// <summary>Whether names of this form are constrained at all.</summary>
    public bool Concerns(NameKind kind) => _permitted.Concat(_excluded).Any(subtree => subtree.Base.Kind == kind);

    /// <summary>Whether a host stands in an excluded subtree.</summary>
    public bool Excludes(string host) => _excluded.Exists(subtree => subtree.Base.Kind == NameKind.Host && IsWithin(host, subtree.Base.Text, isExcluding: true));

    /// <summary>Why the authority may not certify the name; null when it may.</summary>
    public string? Problem(PathName name)
    {
        var (permitted, excluded) = (_permitted.FindAll(IsAbout), _excluded.FindAll(IsAbout));
        if (permitted.Count + excluded.Count == 0) return null;

        // "If a name constraints extension that is marked as critical imposes constraints on a particular name form ... [then] process the constraint or reject the certificate."
        var form = Name(name.Kind);
        if (permitted.Concat(excluded).Any(subtree => subtree.IsBounded)) return $"an authority on the path constrains {form} to some depth, which is not understood";
        if (excluded.Exists(subtree => Covers(subtree.Base, name, isExcluding: true) != false)) return $"an authority on the path excludes {form} of it";
        return permitted.Count == 0 || permitted.Exists(subtree => Covers(subtree.Base, name, isExcluding: false) == true) ? null : $"an authority on the path does not permit {form} of it";

        bool IsAbout(Subtree subtree) => subtree.Base.Kind == name.Kind && (name.Kind != NameKind.Other || subtree.Base.Text == name.Text);
    }

    // Null where it cannot be told, which counts against the name on either side.
    private static bool? Covers(PathName subtree, PathName name, bool isExcluding) => name.Kind switch
    {
        NameKind.Directory when isExcluding && (name.Text.Contains(NameForm.NotComparable, StringComparison.Ordinal) || subtree.Text.Contains(NameForm.NotComparable, StringComparison.Ordinal)) => null,
        NameKind.Directory => name.Text.StartsWith(subtree.Text, StringComparison.Ordinal),   // lengths are part of the form, so that no name ends in the middle of a relative one
        NameKind.Host => IsHostName(name.Text.AsSpan().TrimEnd('.')) ? IsWithin(name.Text, subtree.Text, isExcluding) : null,
        NameKind.Mailbox => HasMailbox(name.Text, subtree.Text, isExcluding),
        NameKind.Address => HostOf(name.Text) is { } host ? IsHostOf(host, subtree.Text, isExcluding) : null,
        NameKind.Ip => HasIp(name.Octets.Span, subtree.Octets.Span),
        _ => null,
    };

    // "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side." A dot in front is not foreseen: then whoever permits means what stands below alone.
    private static bool IsWithin(string host, string constraint, bool isExcluding)
    {
        host = host.TrimEnd('.');
        if (constraint.Length == 0) return true;
        if (!constraint.StartsWith('.')) return IsOrBelow(host, constraint);
        return isExcluding ? IsOrBelow(host, constraint[1..]) : IsBelow(host, constraint[1..]);
    }

    // One mailbox, every mailbox of a host, or every mailbox of the hosts below a name.
    private static bool? HasMailbox(string mailbox, string constraint, bool isExcluding)
    {
        var at = mailbox.LastIndexOf('@');
        if (at < 1 || !IsHostName(mailbox.AsSpan(at + 1))) return null;   // no Mailbox (RFC 5321 section 4.1.2): readers differ in whose it is
        var host = mailbox[(at + 1)..];
        var split = constraint.LastIndexOf('@');
        if (split < 0) return IsHostOf(host, constraint, isExcluding);

        // What stands before the host has its case (RFC 5280 section 7.5), and mail mostly arrives without it.
        var comparison = isExcluding ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return string.Equals(mailbox[..at], constraint[..split], comparison) && IsSame(host, constraint[(split + 1)..]);
    }

    private static bool IsHostOf(string host, string constraint, bool isExcluding) =>
        constraint.Length == 0 ? isExcluding : constraint.StartsWith('.') ? IsBelow(host, constraint[1..]) : IsSame(host, constraint);

    // "If a constraint is applied ... and a subsequent certificate includes a ... URI that does not include an authority component with a host name ... then the application MUST reject."
    private static string? HostOf(string address)
    {
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        var hasAuthority = colon > 0 && address.AsSpan(colon + 1).StartsWith("//") && !address.Contains('\\', StringComparison.Ordinal);
        return hasAuthority && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost.TrimEnd('.') : null;
    }

    // An address and a mask of ones with zeros behind them, by RFC 4632.
    private static bool? HasIp(ReadOnlySpan<byte> address, ReadOnlySpan<byte> constraint)
    {
        if (address.Length is not (4 or 16) || constraint.Length is not (8 or 32)) return null;
        if (constraint.Length != 2 * address.Length) return false;
        var mask = constraint[address.Length..];
        var ones = 0;
        while (ones < mask.Length && mask[ones] == 0xff) ones++;
        var zeros = ones < mask.Length ? 0xff - mask[ones] : 0;   // of the octet where the ones end
        if ((zeros & (zeros + 1)) != 0 || (ones < mask.Length && mask[(ones + 1)..].ContainsAnyExcept((byte)0))) return null;
        for (var index = 0; index < address.Length; index++)
        {
            if ((address[index] & mask[index]) != (constraint[index] & mask[index])) return false;
        }

        return true;
    }

    // Letters, digits, hyphens and dots, a wildcard or an underscore: no space, NUL or sign that one reader drops and the next one does not.
    private static bool IsHostName(ReadOnlySpan<char> host) => host.Length > 0 && host[0] != '.' && host[^1] != '.' && !host.ContainsAnyExcept(s_hostLetters);

    private static bool IsSame(string host, string other) => string.Equals(host, other, StringComparison.OrdinalIgnoreCase);

    private static bool IsBelow(string host, string constraint) => host.Length > constraint.Length && host[^(constraint.Length + 1)] == '.' && host.EndsWith(constraint, StringComparison.OrdinalIgnoreCase);

    private static bool IsOrBelow(string host, string constraint) => constraint.Length == 0 || IsSame(host, constraint) || IsBelow(host, constraint);

    private static string Name(NameKind kind) => kind switch
    {
        NameKind.Mailbox => "a mailbox",
        NameKind.Host => "a host",
        NameKind.Directory => "a distinguished name",
        NameKind.Address => "an address",
        NameKind.Ip => "an IP address",
        _ => "a name of another form",
    };

    // GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] INTEGER DEFAULT 0, maximum [1] INTEGER OPTIONAL }.
    private static List<Subtree> Subtrees(AsnReader reader, int number)
    {
        List<Subtree> all = [];
        var tag = new Asn1Tag(TagClass.ContextSpecific, number, isConstructed: true);
        if (!reader.HasData || !reader.PeekTag().HasSameClassAndValue(tag)) return all;
        var subtrees = reader.ReadSequence(tag);
        do
        {
            var subtree = subtrees.ReadSequence();
            var name = PathName.Read(subtree);
            var minimum = new Asn1Tag(TagClass.ContextSpecific, 0);
            var isBounded = subtree.HasData && subtree.PeekTag().HasSameClassAndValue(minimum) && !subtree.ReadInteger(minimum).IsZero;
            all.Add(new(name, isBounded || subtree.HasData));
            if (all.Count > MaxSubtrees) throw new AsnContentException("Name constraints list too many subtrees.");
        }
        while (subtrees.HasData);
        return all;
    }

    private sealed record Subtree(PathName Base, bool IsBounded);
}
