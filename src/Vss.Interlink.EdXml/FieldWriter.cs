namespace Vss.Interlink.EdXml;

/// <summary>Builds one section from its fields; what is null or empty is left out, and a section without content is no section.</summary>
internal sealed class FieldWriter(string name)
{
    private readonly List<EdXmlElement> _fields = [];

    public FieldWriter Text(string field, string? value)
    {
        if (Values.Clean(value) is { } text) _fields.Add(new EdXmlElement(field, EdXmlNames.Qcvn, text));
        return this;
    }

    public FieldWriter Texts(string field, IReadOnlyList<string> values)
    {
        foreach (var value in values) Text(field, value);
        return this;
    }

    public FieldWriter Section(EdXmlElement? section)
    {
        if (section is not null) _fields.Add(section);
        return this;
    }

    public FieldWriter Sections<T>(IReadOnlyList<T> sections, Func<T, EdXmlElement?> write)
    {
        foreach (var section in sections) Section(write(section));
        return this;
    }

    /// <summary>Last, and sorted by name, namespace and content, so that their order in the packet they came from does not matter.</summary>
    public FieldWriter Extensions(IReadOnlyList<EdXmlElement> extensions)
    {
        _fields.AddRange(extensions
            .OrderBy(extension => extension.Name, StringComparer.Ordinal)
            .ThenBy(extension => extension.Namespace, StringComparer.Ordinal)
            .ThenBy(extension => extension.WithoutEmpty()?.ToXml() ?? "", StringComparer.Ordinal));
        return this;
    }

    public EdXmlElement? Element() => _fields.Count == 0 ? null : new EdXmlElement(name, EdXmlNames.Qcvn) { Children = _fields };
}
