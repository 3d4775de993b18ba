using System.Globalization;

namespace Vss.Interlink.EdXml;

/// <summary>
/// Reads the fields of one section by name, whatever their order (three writers give three orders), and gathers errors.
/// What no field asked for is left in <see cref="Rest"/>, so that it can be kept.
/// </summary>
internal sealed class FieldReader(EdXmlElement section, string place, ICollection<EdXmlError> errors)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public EdXmlElement Element => section;

    /// <summary>The value of a field that stands at most once; null when it is absent or empty.</summary>
    public string? Text(string name) => Single(name) is { } field ? TextOf(field, Place(name)) : null;

    /// <summary>The value of a mandatory field; an error and an empty string when it is not there.</summary>
    public string Required(string name)
    {
        if (Text(name) is { } value) return value;
        Missing(name);
        return "";
    }

    /// <summary>The values of a repeated field, empty ones left out.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        List<string> values = [];
        foreach (var (field, at) in All(name))
            if (TextOf(field, at) is { } value) values.Add(value);
        return values;
    }

    /// <summary>A section that stands at most once; null when it is absent or empty (the axis collapses empty ones, so they mean the same).</summary>
    public T? Section<T>(string name, Func<FieldReader, T> read) where T : class =>
        Single(name) is { } field && Filled(field) ? read(new FieldReader(field, Place(name), errors)) : null;

    /// <summary>A mandatory section. When it is absent its reader runs over nothing, after the error, so that the caller always gets a value.</summary>
    public T RequiredSection<T>(string name, Func<FieldReader, T> read) where T : class
    {
        if (Section(name, read) is { } found) return found;
        Missing(name);
        return read(new FieldReader(new EdXmlElement(name, EdXmlNames.Qcvn), Place(name), []));
    }

    /// <summary>All sections of a name, empty ones left out.</summary>
    public IReadOnlyList<T> Sections<T>(string name, Func<FieldReader, T> read)
    {
        List<T> sections = [];
        foreach (var (field, at) in All(name))
            if (Filled(field)) sections.Add(read(new FieldReader(field, at, errors)));
        return sections;
    }

    /// <summary>The values of a list element such as <c>ToPlaces/Place</c>; the list may hold nothing else.</summary>
    public IReadOnlyList<string> List(string name, string item) =>
        Section(name, list => list.Only(item, list.Texts(item))) ?? [];

    /// <summary>The sections of a list element such as <c>ReceiverList/Receiver</c>; the list may hold nothing else.</summary>
    public IReadOnlyList<T> List<T>(string name, string item, Func<FieldReader, T> read) =>
        Section(name, list => list.Only(item, list.Sections(item, read))) ?? [];

    /// <summary>A field whose inner structure is not known, whole.</summary>
    public EdXmlElement? Whole(string name) => Single(name) is { IsEmpty: false } field ? field : null;

    /// <summary>What was not asked for. Call last.</summary>
    public IReadOnlyList<EdXmlElement> Rest()
    {
        if (Values.Clean(section.Text) is not null)
            errors.Add(new EdXmlError(EdXmlFault.BadValue, place, $"{section.Name} holds text where elements are expected.", "Write elements only."));
        List<EdXmlElement> rest = [];
        foreach (var child in section.Children)
            if (child.Namespace != EdXmlNames.Qcvn || !_read.Contains(child.Name)) rest.Add(child);
        return rest;
    }

    public void Missing(string name) => errors.Add(new EdXmlError(
        EdXmlFault.Missing, Place(name), $"The mandatory element {name} is missing or empty.", $"Give {section.Name} its {name}."));

    public void Bad(string name, string message, string remedy) => errors.Add(new EdXmlError(EdXmlFault.BadValue, Place(name), message, remedy));

    /// <summary>A list has no place for other elements, and nothing may be dropped, so another element is refused.</summary>
    private T Only<T>(string item, T items)
    {
        foreach (var other in Rest())
            Bad(other.Name, $"{section.Name} holds {other.Name}, which this list has no place for.", $"Put only {item} into {section.Name}.");
        return items;
    }

    private EdXmlElement? Single(string name)
    {
        EdXmlElement? found = null;
        foreach (var (field, _) in All(name))
        {
            if (found is null)
            {
                found = field;
                continue;
            }
            errors.Add(new EdXmlError(EdXmlFault.Duplicate, Place(name), $"{name} stands more than once.", $"Leave one {name} in {section.Name}."));
            break;
        }
        return found;
    }

    private IEnumerable<(EdXmlElement Field, string At)> All(string name)
    {
        _read.Add(name);
        var position = 0;
        foreach (var child in section.Children)
            if (child.IsField(name)) yield return (child, Place(string.Create(CultureInfo.InvariantCulture, $"{name}[{++position}]")));
    }

    private string? TextOf(EdXmlElement field, string at)
    {
        if (field.Children.Count > 0)
        {
            errors.Add(new EdXmlError(EdXmlFault.BadValue, at, $"{field.Name} holds elements where text is expected.", "Write the value as text."));
        }
        return Values.Clean(field.Text);
    }

    private static bool Filled(EdXmlElement field)
    {
        if (Values.Clean(field.Text) is not null || field.Attributes.Count > 0) return true;
        foreach (var child in field.Children)
            if (Filled(child)) return true;
        return false;
    }

    private string Place(string name) => $"{place}/{name}";
}
