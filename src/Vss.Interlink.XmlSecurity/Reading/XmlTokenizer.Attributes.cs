using System.Buffers;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <content>Attributes: XML 1.0 sections 2.3, 3.1 and 3.3.3, Namespaces in XML 1.0 sections 3, 5 and 6.3.</content>
internal sealed partial class XmlTokenizer
{
    // What ends a value or is not itself in the normalised value.
    private static readonly SearchValues<byte> InDoubleQuotes = SearchValues.Create("\"<&\t\n\r"u8);
    private static readonly SearchValues<byte> InSingleQuotes = SearchValues.Create("'<&\t\n\r"u8);

    /// <summary>Reads the attribute whose name begins at <paramref name="at"/>; gives the place behind its value.</summary>
    private int ReadAttribute(int at)
    {
        if (_attributes.Count >= _limits.MaxAttributes) throw OverLimit($"more than {_limits.MaxAttributes} attributes on one element", at);
        var nameEnd = QualifiedNameEnd(at, "an attribute name", out var colon);
        var equals = PassWhite(nameEnd);
        if (_window[equals] != '=') throw Refused("the document has an attribute without '='", equals);
        var opening = PassWhite(equals + 1);
        if (_window[opening] is not ((byte)'"' or (byte)'\'')) throw Refused("the document has an attribute value without quotes", opening);

        ref var entry = ref _attributes.Add();
        (entry.NameStart, entry.NameLength, entry.LocalStart) = (at, nameEnd - at, colon + 1);
        var closing = ReadValue(opening, ref entry);
        _isVerbatim &= opening == nameEnd + 1 && !entry.IsNormalised;   // '=' stands between
        var tag = _window.Token;
        var name = tag[at..nameEnd];
        if (colon < 0 ? name.SequenceEqual("xmlns"u8) : name.StartsWith("xmlns:"u8))
        {
            (entry.IsDeclaration, _isVerbatim) = (true, false);
            _attributes.Declarations++;
            entry.Prefix = _names.Intern(colon < 0 ? default : name[(colon + 1)..]);
            entry.Namespace = _names.Intern(_attributes.Value(entry, tag));
            if (_names.Count > _limits.MaxNamespaceNames) throw OverLimit($"more than {_limits.MaxNamespaceNames} different prefixes and namespace names", at);
        }
        else if (colon >= 0)
        {
            entry.Prefix = _names.Intern(name[..colon]);
        }

        return closing + 1;
    }

    // Gives the place of the closing quote.
    private int ReadValue(int opening, ref AttributeEntry entry)
    {
        var tag = _window.Token;
        var quote = tag[opening];
        _isVerbatim &= quote == '"';
        var start = opening + 1;
        var length = tag[start..].IndexOfAny(quote == '"' ? InDoubleQuotes : InSingleQuotes);
        if (length < 0 || tag[start + length] != quote || length > _limits.MaxAttributeLength) return ReadAnyValue(start, quote, ref entry);
        (entry.ValueStart, entry.ValueLength) = (start, length);
        return start + length;
    }

    // Attribute-value normalisation, section 3.3.3, for type CDATA.
    private int ReadAnyValue(int start, byte quote, ref AttributeEntry entry)
    {
        var stops = quote == '"' ? InDoubleQuotes : InSingleQuotes;
        var at = start;
        var plain = start;   // up to here it stands among the normalised values
        while (true)
        {
            at = PassTo(stops, at, start);
            var tag = _window.Token;
            if (tag[at] == quote) break;
            if (tag[at] == '<') throw Refused("the document has '<' in an attribute value", at);
            if (!entry.IsNormalised) (entry.IsNormalised, entry.ValueStart) = (true, _attributes.NormalisedLength);
            _attributes.Normalised(tag[plain..at]);
            if (tag[at] == '&')
            {
                at = ReadReference(at, out var length);
                _attributes.Normalised(_scratch.AsSpan(0, length));
            }
            else
            {
                // The line end CR LF is one character before normalisation sees it.
                if (tag[at] == '\r' && _window[at + 1] == '\n') at++;
                at++;
                _attributes.Normalised(" "u8);
            }

            plain = at;
        }

        if (entry.IsNormalised) _attributes.Normalised(_window.Token[plain..at]);
        else entry.ValueStart = start;
        entry.ValueLength = entry.IsNormalised ? _attributes.NormalisedLength - entry.ValueStart : at - start;
        return at;
    }

    private int PassTo(SearchValues<byte> stops, int at, int start)
    {
        var tag = _window.Token;
        while (true)
        {
            var run = tag[at..].IndexOfAny(stops);
            at = run < 0 ? tag.Length : at + run;
            if (at - start > _limits.MaxAttributeLength) throw OverLimit($"an attribute longer than {_limits.MaxAttributeLength} octets", start);
            if (run >= 0) return at;
            tag = _window.More();
        }
    }

    private void Declare(int mark)
    {
        for (var index = 0; index < _attributes.Count; index++)
        {
            ref readonly var entry = ref _attributes[index];
            if (!entry.IsDeclaration) continue;
            CheckReserved(entry);
            if (!_scope.TryBind(entry.Prefix, entry.Namespace, mark)) throw Refused("the document has a prefix that is declared twice on one element", entry.NameStart);
        }

        if (_scope.Count > _limits.MaxNamespaces) throw OverLimit($"more than {_limits.MaxNamespaces} namespaces in scope", 0);
    }

    // Namespaces in XML 1.0 section 3, "Reserved Prefixes and Namespace Names", and section 5, "No Prefix Undeclaring".
    private void CheckReserved(in AttributeEntry declaration)
    {
        var broken = (declaration.Prefix, declaration.Namespace) switch
        {
            (InternedNames.Xmlns, _) => "the prefix xmlns declared",
            (InternedNames.Xml, not InternedNames.XmlNamespace) => "the prefix xml declared as another namespace than its own",
            (not InternedNames.Xml, InternedNames.XmlNamespace) => "another prefix than xml declared as the namespace of xml",
            (_, InternedNames.XmlnsNamespace) => "a prefix declared as the namespace of xmlns",
            (not InternedNames.Empty, InternedNames.Empty) => "a prefix declared as no namespace",
            _ => null,
        };
        if (broken is not null) throw Refused($"the document has {broken}", declaration.NameStart);
    }

    private void ResolveAttributes()
    {
        if (_attributes.Count == _attributes.Declarations) return;
        for (var index = 0; index < _attributes.Count; index++)
        {
            ref var entry = ref _attributes[index];
            if (entry.IsDeclaration || entry.Prefix == InternedNames.Empty) continue;
            entry.Namespace = _scope[entry.Prefix];
            if (entry.Namespace != PrefixBindings.Unbound) continue;
            throw Refused($"the document has an attribute whose prefix {Quoted(_names[entry.Prefix])} is not declared", entry.NameStart);
        }

        var duplicate = _attributes.IndexOfDuplicate(_window.Token);
        if (duplicate >= 0) throw Refused("the document has two attributes of one name on one element", _attributes[duplicate].NameStart);
    }
}
