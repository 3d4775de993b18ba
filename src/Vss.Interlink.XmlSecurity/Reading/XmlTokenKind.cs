namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>What <see cref="XmlTokenizer.Read"/> stands on.</summary>
internal enum XmlTokenKind
{
    /// <summary>Nothing was read yet.</summary>
    None,

    /// <summary>The XML declaration; only as the first token.</summary>
    XmlDeclaration,

    /// <summary>A start tag, or an empty-element tag, which an <see cref="EndElement"/> follows all the same.</summary>
    StartElement,

    /// <summary>The end of an element.</summary>
    EndElement,

    /// <summary>A piece of character data, references replaced; the next token may go on with it. Outside the root element it is white space.</summary>
    Text,

    /// <summary>A piece of a CDATA section.</summary>
    CData,

    /// <summary>A piece of a comment.</summary>
    Comment,

    /// <summary>A piece of a processing instruction's data; <see cref="XmlTokenizer.Target"/> stays the same over all of them.</summary>
    ProcessingInstruction,

    /// <summary>The document was read to its end.</summary>
    EndOfDocument,
}
